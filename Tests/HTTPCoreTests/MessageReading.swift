import HTTPCore

/// What came of giving bytes to the head parser, as a value to compare and to show.
enum Reading<Head: Equatable & Sendable>: Equatable, Sendable {
    case whole(Head)
    case needMore
    case refused(MessageError)
}

/// A request head in copies of its parts: `RequestHead` itself is neither copyable nor comparable.
struct RequestSummary: Equatable, Sendable {
    var method = Method.get
    var version = HTTPVersion.http11
    var form = TargetForm.origin
    var target = "/"
    var path = "/"
    var query: String?
    var fields = ["Host: h"]
    var framing = ContentFraming.none
    var isPersistent = true
    var expectsContinue = false
    var asksUpgrade = false
    var length = 0

    init() {}

    init(_ head: borrowing RequestHead, _ bytes: [UInt8]) {
        method = head.method
        version = head.version
        form = head.form
        target = text(bytes, head.target)
        path = text(bytes, head.path)
        query = head.query.map { text(bytes, $0) }
        fields = lines(head.fields, bytes)
        framing = head.framing
        isPersistent = head.isPersistent
        expectsContinue = head.expectsContinue
        asksUpgrade = head.asksUpgrade
        length = head.length
    }
}

/// A response head in copies of its parts.
struct ResponseSummary: Equatable, Sendable {
    var status = 200
    var version = HTTPVersion.http11
    var reason = "OK"
    var fields: [String] = []
    var framing = ContentFraming.untilClose
    var announcedLength: Int?
    var isPersistent = true
    var length = 0

    init() {}

    init(_ head: borrowing ResponseHead, _ bytes: [UInt8]) {
        status = head.status
        version = head.version
        reason = text(bytes, head.reason)
        fields = lines(head.fields, bytes)
        framing = head.framing
        announcedLength = head.announcedLength
        isPersistent = head.isPersistent
        length = head.length
    }
}

/// One scalar for each byte: the opposite of `[UInt8](raw:)`.
private func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    var scalars = String.UnicodeScalarView()
    for byte in bytes[range] { scalars.append(Unicode.Scalar(byte)) }
    return String(scalars)
}

private func lines(_ fields: borrowing FieldTable, _ bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    for index in 0..<fields.count {
        let line = fields[index]
        lines.append("\(text(bytes, line.nameRange)): \(text(bytes, line.valueRange))")
    }
    return lines
}

extension Reading<RequestSummary> {
    static func request(_ bytes: [UInt8]) -> Self {
        var head = RequestHead()
        do throws(MessageError) {
            return try HeadParser().parse(bytes.span, into: &head) ? .whole(RequestSummary(head, bytes)) : .needMore
        } catch {
            return .refused(error)
        }
    }
}

extension Reading<ResponseSummary> {
    static func response(_ bytes: [UInt8], answering method: Method = .get) -> Self {
        var head = ResponseHead()
        do throws(MessageError) {
            let isWhole = try HeadParser().parse(bytes.span, answering: method, into: &head)
            return isWhole ? .whole(ResponseSummary(head, bytes)) : .needMore
        } catch {
            return .refused(error)
        }
    }
}
