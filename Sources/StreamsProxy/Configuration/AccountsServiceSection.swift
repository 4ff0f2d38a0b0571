internal import JSON

/// Reads what says whether Luna-Accounts decides, where it is and how it is asked.
enum AccountsServiceSection {
    /// Nil where `ADDITIONAL_SERVICES_USAGE.LUNA_ACCOUNTS` is off: then the accounts file decides. What is set all the
    /// same is checked, and not used.
    static func read(
        in settings: inout SettingsSection, file: String, _ problems: inout SettingsProblems
    ) -> AccountsServiceSettings? {
        var isOn = false
        if var usage = settings.section("ADDITIONAL_SERVICES_USAGE", &problems) {
            isOn = usage.value("LUNA_ACCOUNTS", .flag, &problems) ?? false
            usage.refuseUnknownNames(&problems)
        }
        let need = isOn ? "ADDITIONAL_SERVICES_USAGE.LUNA_ACCOUNTS is on" : nil
        var address: UpstreamAddress?
        if let section = settings.section("LUNA_ACCOUNTS_ADDRESS", neededFor: need, &problems) {
            var reader = AddressSection(section, service: "Luna-Accounts", example: "http://127.0.0.1:5170/1")
            address = reader.read(&problems)
        }
        var service = AccountsServiceSettings(
            address: address
                ?? UpstreamAddress(isSecure: false, host: "127.0.0.1", port: 5170, basePath: "", apiVersion: 1))
        service.address.tls = ServiceTLS(settings.section("LUNA_ACCOUNTS_TLS", &problems), file: file, &problems)
        if var timeouts = settings.section("LUNA_ACCOUNTS_TIMEOUTS", &problems) {
            service.connectTimeout = timeouts.value("connect", .seconds, &problems) ?? service.connectTimeout
            service.requestTimeout = timeouts.value("request", .seconds, &problems) ?? service.requestTimeout
            timeouts.refuseUnknownNames(&problems)
        }
        if let section = settings.section("LUNA_ACCOUNTS_VERIFICATION", &problems) {
            service.verification = verification(section, &problems)
        }
        return isOn ? service : nil
    }

    private static func verification(
        _ section: SettingsSection, _ problems: inout SettingsProblems
    ) -> VerificationSettings {
        var section = section
        var verification = VerificationSettings()
        verification.path = section.value("path", .mount, &problems) ?? verification.path
        verification.method = section.value("method", .verificationMethod, &problems) ?? verification.method
        verification.carrier = section.value("credential", .carrier, &problems) ?? verification.carrier
        if let fields = section.section("json_fields", &problems) {
            verification.jsonFields = jsonFields(fields, &problems)
        }
        if let fields = section.section("answer_fields", &problems) {
            verification.answerFields = answerFields(fields, &problems)
        }
        if verification.carrier == .json, verification.method == .get, let node = section.node("method") {
            problems.add(
                at: node.offset, path: section.path(of: "method"), found: Displayed.value(node),
                rule: "must be \"POST\" where the credential is sent as \"json\": GET has no content")
        }
        section.refuseUnknownNames(&problems)
        return verification
    }

    private static func jsonFields(
        _ section: SettingsSection, _ problems: inout SettingsProblems
    ) -> VerificationSettings.JSONFields {
        var section = section
        var fields = VerificationSettings.JSONFields()
        fields.authorization = section.value("authorization", .memberName, &problems)
        for (name, field) in [
            ("login", \VerificationSettings.JSONFields.login), ("password", \.password), ("token", \.token),
            ("account_id", \.accountID),
        ] {
            guard let value = section.value(name, .memberName, &problems) else { continue }
            fields[keyPath: field] = value
            if fields.authorization != nil, name != "account_id", let node = section.node(name) {
                problems.add(
                    at: node.offset, path: section.path(of: name), found: Displayed.value(node),
                    rule: "must not be set beside \"authorization\", which sends the credential whole")
            }
        }
        if fields.login == fields.password, let name = ["password", "login"].first(where: section.contains),
            let node = section.node(name)
        {
            problems.add(
                at: node.offset, path: section.path(of: name), found: Displayed.value(node),
                rule: "must not name login and password alike")
        }
        section.refuseUnknownNames(&problems)
        return fields
    }

    private static func answerFields(
        _ section: SettingsSection, _ problems: inout SettingsProblems
    ) -> VerificationSettings.AnswerFields {
        var section = section
        var fields = VerificationSettings.AnswerFields()
        for (name, field) in [
            ("account_id", \VerificationSettings.AnswerFields.accountID), ("account_type", \.accountType),
            ("token_id", \.tokenID), ("permissions", \.permissions), ("visibility_area", \.visibilityArea),
            ("expiration_time", \.expirationTime),
        ] {
            fields[keyPath: field] = section.value(name, .memberPath, &problems) ?? fields[keyPath: field]
        }
        section.refuseUnknownNames(&problems)
        return fields
    }
}

extension Setting<VerificationSettings.Method> {
    fileprivate static var verificationMethod: Self {
        Setting(rule: "must be \"GET\" or \"POST\"") { $0.string.flatMap(Value.init) }
    }
}

extension Setting<VerificationSettings.Carrier> {
    fileprivate static var carrier: Self {
        Setting(rule: "must be \"header\" or \"json\"") { $0.string.flatMap(Value.init) }
    }
}

extension Setting<MemberPath> {
    fileprivate static var memberPath: Self {
        Setting(rule: "must be a member's name, or names from the outside in with dots between") {
            $0.string.flatMap(MemberPath.init)
        }
    }
}

extension Setting<String> {
    fileprivate static var memberName: Self {
        Setting(rule: "must be a member's name, of 1 to 64 bytes") { node in
            node.string.flatMap { (1...64).contains($0.utf8.count) ? $0 : nil }
        }
    }
}
