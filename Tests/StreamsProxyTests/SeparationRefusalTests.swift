import HTTPCore
import StreamsProxy
import Testing

struct SeparationRefusalTests {
    private static let table: [(refusal: SeparationRefusal, status: Int, code: Int)] =
        [
            (.foreignAccount, 403, 11063), (.streamNotFound(Samples.stream), 404, 39001),
            (.semicolonInQuery, 400, 12046), (.repeatedParameter, 400, 12046),
            (.unreadableParameter, 400, 12046), (.unexpectedContent, 400, 12046), (.contentType, 400, 12017),
            (.contentTooLarge, 413, 12046), (.notAnObject, 400, 12022), (.accountNotString, 400, 12022),
            (.unknownOwner, 502, 4),
        ] + JSONFault.allCases.map { (.invalidJSON($0), 400, 12027) }

    @Test(arguments: table)
    func `Status and code are LUNA's, and the texts need no escape in JSON`(
        _ row: (refusal: SeparationRefusal, status: Int, code: Int)
    ) {
        #expect(row.refusal.status == row.status)
        #expect(row.refusal.kind.code == row.code)
        for text in [row.refusal.kind.summary, row.refusal.detail] {
            let letters = text.description.utf8
            #expect(!letters.isEmpty && letters.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
        }
        if row.code == 12022 || row.code == 12027 {
            #expect(row.refusal.detail.description.hasPrefix("Failed to validate input json. "))
        }
    }

    @Test func `The stream that is not found is named`() {
        var detail: [UInt8] = []
        let refusal = SeparationRefusal.streamNotFound(Samples.stream)
        detail.append(refusal.detail, naming: refusal.streamID)
        #expect(String(bytes: detail) == "Stream with id \(Samples.stream) not found")
        for (refusal, _, _) in Self.table where refusal.streamID == nil {
            detail = []
            detail.append(refusal.detail, naming: refusal.streamID)
            #expect(String(bytes: detail) == refusal.detail.description)
        }
    }

    @Test func `The limits in the texts are the limits`() {
        #expect(SeparationRefusal.contentTooLarge.detail.description.contains("\(BodyRule.maximumLength) bytes"))
    }
}
