import Auth
import HTTPCore
import StreamsProxy
import Testing

struct SeparationQueryRuleTests {
    private static let own = Samples.ownText
    private static let other = Samples.foreignText

    /// What goes upstream behind the path, or why nothing does. The query stands within other bytes, as in a head.
    static func rewritten(_ query: String?, _ rule: QueryRule) -> String {
        let start = "GET /streams?".utf8.count
        let bytes = Array("GET /streams?\(query ?? "") HTTP/1.1".utf8)
        let range = query.map { start..<start + $0.utf8.count }
        do throws(SeparationRefusal) {
            let edit = try rule.edit(bytes.span, range)
            return String(bytes: [UInt8](writing: { edit.append(bytes.span, range, to: &$0) }))
        } catch {
            return "\(error)"
        }
    }

    private static func rewritten(_ query: String?, _ purpose: QueryRule.Purpose) -> String {
        rewritten(query, QueryRule(purpose, account: Samples.own, isWide: false))
    }

    private static let collection: [(query: String?, expected: String)] = [
        (nil, "?account_id=\(own)"),
        ("", "?account_id=\(own)"),
        ("page=2", "?page=2&account_id=\(own)"),
        ("page=2&", "?page=2&&account_id=\(own)"),
        ("account_id=\(own)", "?account_id=\(own)"),
        ("a=1&account_id=\(own)&b=%2F+;".replacingSemicolon, "?a=1&account_id=\(own)&b=%2F+%3B"),
        ("account_id=\(own.uppercased())&order=desc", "?account_id=\(own)&order=desc"),
        ("account%5Fid=\(own)", "?account_id=\(own)"),
        ("account%5fid=\(own)", "?account_id=\(own)"),
        ("%61%63count_i%64=\(own)&x", "?account_id=\(own)&x"),
        ("account_id=%36d071cca%2Dfda5%2d4a03-84d5-5bea65904480", "?account_id=\(own)"),
        // Other names.
        ("Account_Id=\(other)", "?Account_Id=\(other)&account_id=\(own)"),
        ("account+id=\(other)", "?account+id=\(other)&account_id=\(own)"),
        ("account_id%3D\(other)", "?account_id%3D\(other)&account_id=\(own)"),
        ("account%255Fid=\(other)", "?account%255Fid=\(other)&account_id=\(own)"),
        ("account_ids=\(other)", "?account_ids=\(other)&account_id=\(own)"),
        ("account_i=\(other)", "?account_i=\(other)&account_id=\(own)"),
        ("x=account_id=\(other)", "?x=account_id=\(other)&account_id=\(own)"),
        ("x=%26account_id=\(other)", "?x=%26account_id=\(other)&account_id=\(own)"),
        ("x=%&y=%4&z=%zz&[a]={b}|^`\\", "?x=%&y=%4&z=%zz&[a]={b}|^`\\&account_id=\(own)"),
        ("caf%C3%A9=1&x=%FF%00", "?caf%C3%A9=1&x=%FF%00&account_id=\(own)"),
        ("x[account_id]=1", "?x[account_id]=1&account_id=\(own)"),
        // Names that some readers drop bytes of, or stop within, or take for a list.
        ("account_id%00=\(other)", "unreadableParameter"), ("%00account_id=\(other)", "unreadableParameter"),
        ("account_id%FF=\(other)", "unreadableParameter"), ("acc%80ount_id=\(other)", "unreadableParameter"),
        ("%C3=1", "unreadableParameter"), ("%ED%A0%80=1", "unreadableParameter"), ("%C0%80=1", "unreadableParameter"),
        ("account_id%", "unreadableParameter"), ("account_id%4", "unreadableParameter"),
        ("account%u005fid=\(other)", "unreadableParameter"), ("%=1", "unreadableParameter"),
        ("account_id[]=\(other)", "unreadableParameter"), ("account_id[0]=\(other)", "unreadableParameter"),
        ("account_id%5B%5D=\(other)", "unreadableParameter"), ("account%5Fid[", "unreadableParameter"),
        // Another account, or what is none.
        ("account_id=\(other)", "foreignAccount"),
        ("account_id=\(other.uppercased())", "foreignAccount"),
        ("account%5Fid=\(other)", "foreignAccount"),
        ("page=1&account_id=\(other)", "foreignAccount"),
        ("account_id", "foreignAccount"), ("account_id=", "foreignAccount"), ("account_id==\(own)", "foreignAccount"),
        ("account_id=\(own)%00", "foreignAccount"), ("account_id=+\(own)", "foreignAccount"),
        ("account_id=\(own),\(other)", "foreignAccount"), ("account_id=*", "foreignAccount"),
        ("account_id=\(own.filter { $0 != "-" })", "foreignAccount"), ("account_id=%7B\(own)%7D", "foreignAccount"),
        // Two readers could differ.
        ("account_id=\(own)&account_id=\(own)", "repeatedParameter"),
        ("account_id=\(own)&x=1&account_id=\(other)", "repeatedParameter"),
        ("account_id=\(other)&account%5fid=\(own)", "repeatedParameter"),
        ("account_id&account_id=\(own)", "repeatedParameter"),
        (";", "semicolonInQuery"), ("page=1;account_id=\(other)", "semicolonInQuery"),
        ("account_id=\(own);account_id=\(other)", "semicolonInQuery"),
        ("x=a;b", "semicolonInQuery"), ("a=1&account_id=\(own)&c=;", "semicolonInQuery"),
    ]

    @Test(arguments: collection)
    func `Where a request reaches many streams, the own account is forced`(_ row: (query: String?, expected: String)) {
        #expect(Self.rewritten(row.query, .collection) == row.expected)
    }

    private static let item: [(query: String?, expected: String)] = [
        (nil, ""), ("", "?"), ("x=1", "?x=1"), ("&&", "?&&"), ("Account_Id=1", "?Account_Id=1"),
        ("account_id=\(own)", ""),
        ("account%5Fid=\(own.uppercased())", ""),
        ("account_id=\(own)&x=1", "?x=1"),
        ("x=1&account_id=\(own)", "?x=1"),
        ("x=1&account_id=\(own)&y=2", "?x=1&y=2"),
        ("account_id=\(own)&", "?"), ("&account_id=\(own)", "?"),
        ("account_id=\(other)", "foreignAccount"), ("x=1&account_id", "foreignAccount"),
        ("account_id=\(own)&account_id=\(own)", "repeatedParameter"),
        ("account_id=\(own);", "semicolonInQuery"),
    ]

    @Test(arguments: item)
    func `Where it reaches one, the parameter is dropped`(_ row: (query: String?, expected: String)) {
        #expect(Self.rewritten(row.query, .item) == row.expected)
    }

    @Test(arguments: [nil, "", "account_id=\(other)", "account_id=1&account_id=2;x", "a=%zz"])
    func `A wide read passes byte for byte`(_ query: String?) {
        for purpose in [QueryRule.Purpose.collection, .item] {
            let rule = QueryRule(purpose, account: Samples.own, isWide: true)
            #expect(Self.rewritten(query, rule) == (query.map { "?\($0)" } ?? ""))
        }
    }

    private static let routes: [(route: Route, method: Method, purpose: QueryRule.Purpose?)] = [
        (.streams, .get, .collection), (.streams, .head, .collection), (.streams, .delete, .collection),
        (.streams, .post, .item), (.count, .get, .collection), (.logs, .get, .collection),
        (.logs, .delete, .collection), (.stream, .get, .item), (.stream, .put, .item), (.stream, .delete, .item),
        (.live, .get, .item), (.frame, .head, .item), (.streamsVersion, .get, nil), (.documentation, .get, nil),
        (.streamsPlugins, .get, nil), (.version, .get, nil), (.health, .get, nil), (.plugins, .get, nil),
    ]

    @Test(arguments: routes)
    func `Each route has its rule, and a read of a wide reader none`(
        _ row: (route: Route, method: Method, purpose: QueryRule.Purpose?)
    ) {
        #expect(QueryRule.Purpose(row.route, row.method) == row.purpose)
        let isRead = row.method == .get || row.method == .head
        for principal in Samples.separated + Samples.wide {
            guard let rule = QueryRule(row.route, row.method, principal) else {
                #expect(row.purpose == nil)
                continue
            }
            let isWide = isRead && Samples.wide.contains(principal)
            let query = "account_id=\(Self.other)"
            #expect(Self.rewritten(query, rule) == (isWide ? "?\(query)" : "foreignAccount"))
            let forced = row.purpose == .collection && !isWide
            #expect(Self.rewritten(nil, rule) == (forced ? "?account_id=\(Self.own)" : ""))
        }
    }

    // MARK: Any query

    /// As Luna-Streams reads a query (Python's parse_qsl): written here anew, and differently.
    private static func parameters(_ query: String) -> [(raw: String, name: String, value: String)] {
        query.split(separator: "&").map { raw in
            let parts = raw.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(raw), decoded(parts[0]), parts.count == 2 ? decoded(parts[1]) : "")
        }
    }

    private static func rawName(_ parameter: String) -> String {
        String(parameter.prefix { $0 != "=" })
    }

    private static func decoded(_ text: Substring) -> String {
        let parts = text.replacing("+", with: " ").split(separator: "%", omittingEmptySubsequences: false)
        var bytes = Array(parts[0].utf8)
        for part in parts.dropFirst() {
            let digits = part.prefix(2)
            if digits.utf8.count == 2, let byte = UInt8(digits, radix: 16) {
                bytes += [byte] + Array(part.dropFirst(2).utf8)
            } else {
                bytes += Array("%\(part)".utf8)
            }
        }
        return String(bytes: bytes)
    }

    private static let names = [
        "account_id", "account_id", "account%5Fid", "%61ccount_id", "account+id", "Account_Id", "page", "account_id%00",
        "a%26", "", "account_id%3d", "order", "account%5", "%",
    ]
    private static let values = [
        own, own, own, own.uppercased(), "%36" + own.dropFirst(), other, "", "1", "%2b+", "a=b", own + "0", "&", "%3B",
    ]

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `However a query is written, one account is left and the rest is as it was`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var parts: [String] = []
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                var part = try #require(Self.names.randomElement(using: &generator))
                if Int.random(in: 0..<8, using: &generator) > 0 {
                    part += "=" + (try #require(Self.values.randomElement(using: &generator)))
                }
                parts.append(part)
            }
            var query = parts.joined(separator: "&")
            if Int.random(in: 0..<20, using: &generator) == 0 { query += ";" }
            let before = Self.parameters(query)
            let accounts = before.filter { $0.name == "account_id" }
            let unreadable = before.firstIndex { ["account_id%00", "account%5", "%"].contains(Self.rawName($0.raw)) }
            let second = before.indices.filter { before[$0].name == "account_id" }.dropFirst().first
            let reason: String? =
                if query.contains(";") {
                    "semicolonInQuery"
                } else if let unreadable, unreadable < second ?? .max {
                    "unreadableParameter"
                } else if second != nil {
                    "repeatedParameter"
                } else if let account = accounts.first, account.value.lowercased() != Self.own {
                    "foreignAccount"
                } else {
                    nil
                }
            for purpose in [QueryRule.Purpose.collection, .item] {
                let after = Self.rewritten(query, purpose)
                if let reason {
                    #expect(after == reason, "\(query)")
                    continue
                }
                #expect(after.isEmpty || after.hasPrefix("?"), "\(query)")
                let parameters = Self.parameters(String(after.dropFirst()))
                #expect(
                    parameters.filter { $0.name == "account_id" }.map(\.raw)
                        == (purpose == .collection ? ["account_id=\(Self.own)"] : []), "\(query)")
                #expect(
                    parameters.filter { $0.name != "account_id" }.map(\.raw)
                        == before.filter { $0.name != "account_id" }.map(\.raw), "\(query)")
            }
        }
    }
}

extension String {
    /// The escape, which stands for a semicolon without being one.
    fileprivate var replacingSemicolon: String { replacing(";", with: "%3B") }
}
