import Previews
import Testing

/// Who of those on a worker gets what.
struct AudienceTests {
    private static func hear(_ audience: inout Audience<Int>, _ news: AudienceNews) -> [Int:
        ViewerOrder]
    {
        var orders: [Int: ViewerOrder] = [:]
        var place = 0
        while let (member, order) = audience.next(news, from: &place) {
            #expect(orders.updateValue(order, forKey: member) == nil, "twice")
        }
        return orders
    }

    /// Viewer 1 has a head.
    private static func watched() -> Audience<Int> {
        var audience = Audience<Int>()
        _ = audience.enter(1)
        _ = hear(&audience, .accepted)
        return audience
    }

    @Test func `Whoever comes before the answer waits, whoever comes later gets the head`() {
        var audience = Audience<Int>()
        #expect(audience.enter(1) == (0, .wait))
        #expect(Self.hear(&audience, .accepted) == [1: .head])
        #expect(Self.hear(&audience, .accepted) == [:])
        #expect(audience.enter(2) == (1, .head))
        #expect(Self.hear(&audience, .picture) == [1: .picture, 2: .picture])
        var known = Audience<Int>(isOpen: true)
        #expect(known.enter(7).welcome == .head)
    }

    @Test(arguments: [
        (AudienceNews.answer, ViewerOrder.answer), (.unshared, .askAlone), (.cut, .answer),
        (.finish, .answer),
    ])
    func `Whoever waits gets one answer and is gone`(_ news: AudienceNews, _ order: ViewerOrder) {
        var audience = Audience<Int>()
        for member in 0..<3 { _ = audience.enter(member) }
        #expect(Self.hear(&audience, news) == [0: order, 1: order, 2: order])
        #expect(audience.isEmpty)
        #expect(Self.hear(&audience, news) == [:])
    }

    @Test(
        arguments: [
            (AudienceNews.answer, ViewerOrder.cut), (.unshared, .cut), (.cut, .cut), (.finish, .finish),
            (.picture, .picture),
        ])
    func `Whoever has a head is never given another answer, and stays for pictures alone`(
        _ news: AudienceNews, _ order: ViewerOrder
    ) {
        var audience = Self.watched()
        #expect(Self.hear(&audience, news) == [1: order])
        #expect(audience.isEmpty == (news != .picture))
    }

    /// A picture may overtake the message that there is a preview.
    @Test func `A picture brings the head to whoever has none`() {
        var audience = Audience<Int>()
        _ = audience.enter(1)
        #expect(Self.hear(&audience, .picture) == [1: .head])
        #expect(Self.hear(&audience, .picture) == [1: .picture])
    }

    @Test func `The first who waits takes the connection, the others ask`() {
        var audience = Audience<Int>()
        let place = audience.enter(1).place
        for member in 2...4 { _ = audience.enter(member) }
        audience.leave(place)
        #expect(audience.takeFirstWaiting() == 2)
        #expect(Self.hear(&audience, .unshared) == [3: .askAlone, 4: .askAlone])
        #expect(audience.takeFirstWaiting() == nil)
    }

    @Test func `Places are used again, and leaving in between disturbs nobody`() {
        var audience = Audience<Int>()
        for member in 0..<5 { _ = audience.enter(member) }
        audience.leave(1)
        #expect(audience.enter(9).place == 1)
        #expect(audience.count == 5)
        var heard: [Int] = []
        var place = 0
        while let (member, _) = audience.next(.accepted, from: &place) {
            heard.append(member)
            // What is done for one makes another leave.
            if member == 0 { audience.leave(2) }
        }
        #expect(heard == [0, 9, 3, 4])
    }
}
