internal import HTTPCore
internal import JSON

/// Writes the text of an accounts file, indented: people read it.
enum AccountsWriter {
    static func text(of document: AccountsDocument) -> [UInt8] {
        var writer = JSONWriter(isIndented: true, size: size(of: document))
        writer.object {
            $0.member("version", AccountsReader.version)
            $0.member("signing_key", Base64.encode(document.signingKey.bytes, .standard))
            $0.name("accounts")
            $0.array { for account in document.accounts { write(account, to: &$0) } }
            $0.name("tokens")
            $0.array { for token in document.tokens { write(token, to: &$0) } }
        }
        writer.endLine()
        return writer.bytes
    }

    /// About as much as it takes, rather too much.
    private static func size(of document: AccountsDocument) -> Int {
        let accounts = document.accounts.reduce(0) { $0 + 512 + $1.login.utf8.count + $1.description.utf8.count }
        return document.tokens.reduce(accounts + 512) {
            $0 + 384 + $1.description.utf8.count + $1.permissions.text.count
        }
    }

    private static func write(_ account: AccountRecord, to writer: inout JSONWriter) {
        writer.object {
            $0.member("account_id", account.id.description)
            $0.member("login", account.login)
            $0.member("account_type", account.type.rawValue)
            $0.member("description", account.description)
            $0.name("password")
            $0.object {
                $0.name("scrypt")
                $0.object {
                    $0.member("n", account.password.cost.n)
                    $0.member("r", account.password.cost.r)
                    $0.member("p", account.password.cost.p)
                    $0.member("salt", Base64.encode(account.password.salt, .standard))
                    $0.member("hash", Base64.encode(account.password.hash, .standard))
                }
            }
            $0.member("create_time", account.created.description)
        }
    }

    private static func write(_ token: TokenRecord, to writer: inout JSONWriter) {
        writer.object {
            $0.member("token_id", token.id.description)
            $0.member("account_id", token.accountID.description)
            $0.member("description", token.description)
            $0.name("permissions")
            // On one line: indented, some brackets within brackets would grow to many times their length.
            $0.raw(token.permissions.text)
            $0.member("visibility_area", token.visibility.rawValue)
            $0.member("expiration_time", token.expires?.description)
            $0.member("create_time", token.created.description)
        }
    }
}
