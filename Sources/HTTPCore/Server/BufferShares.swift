/// How many bytes each payer's connections keep, and who keeps most. Telling a change costs the logarithm of how many payers
/// there are; who keeps most, and since when, is known at any time.
package struct BufferShares<Holder> {
    /// What one connection keeps.
    private struct Holding {
        /// Nil where the place is free.
        var holder: Holder?
        var purse = 0
        var bytes = 0
        /// The holdings of the same purse before and behind, by age; -1 where there is none.
        var older = -1
        var younger = -1
    }

    /// What all connections of one payer keep.
    private struct Purse {
        var payer: BufferPayer
        var bytes = 0
        var oldest = -1
        var youngest = -1
        /// Where it stands in `order`.
        var place = 0
    }

    private var holdings: [Holding] = []
    private var freeHoldings: [Int] = []
    private var purses: [Purse] = []
    private var freePurses: [Int] = []
    private var purseOfPayer: [BufferPayer: Int] = [:]
    /// A heap of purses: none has more in it than the one at half its place.
    private var order: [Int] = []
    /// What all keep.
    package private(set) var count = 0

    package init() {}

    /// What the payer keeps who keeps most.
    package var most: Int { order.first.map { purses[$0].bytes } ?? 0 }

    /// The connection of that payer that has kept something for longest.
    package var oldestOfMost: Holder? {
        guard let purse = order.first, purses[purse].oldest >= 0 else { return nil }
        return holdings[purses[purse].oldest].holder
    }

    /// A connection begins to keep bytes; the number stands for it until it `leave`s.
    package mutating func join(_ holder: Holder, _ payer: BufferPayer, _ bytes: Int) -> Int {
        let purse = purse(of: payer)
        let place = freeHoldings.popLast() ?? holdings.count
        if place == holdings.count { holdings.append(Holding()) }
        let before = purses[purse].youngest
        holdings[place] = Holding(holder: holder, purse: purse, bytes: 0, older: before, younger: -1)
        if before >= 0 { holdings[before].younger = place } else { purses[purse].oldest = place }
        purses[purse].youngest = place
        change(place, to: bytes)
        return place
    }

    /// It keeps so many now; false, and nothing has changed, where that is nothing or another payer's.
    package mutating func change(_ place: Int, of payer: BufferPayer, to bytes: Int) -> Bool {
        guard bytes > 0, purses[holdings[place].purse].payer == payer else { return false }
        change(place, to: bytes)
        return true
    }

    private mutating func change(_ place: Int, to bytes: Int) {
        let (purse, growth) = (holdings[place].purse, bytes - holdings[place].bytes)
        holdings[place].bytes = bytes
        purses[purse].bytes += growth
        count += growth
        if growth > 0 { rise(purse) } else { sink(purse) }
    }

    package mutating func leave(_ place: Int) {
        change(place, to: 0)
        let gone = holdings[place]
        if gone.older >= 0 {
            holdings[gone.older].younger = gone.younger
        } else {
            purses[gone.purse].oldest = gone.younger
        }
        if gone.younger >= 0 {
            holdings[gone.younger].older = gone.older
        } else {
            purses[gone.purse].youngest = gone.older
        }
        holdings[place].holder = nil
        freeHoldings.append(place)
        if purses[gone.purse].oldest < 0 { close(gone.purse) }
    }

    // MARK: Purses

    private mutating func purse(of payer: BufferPayer) -> Int {
        if let known = purseOfPayer[payer] { return known }
        let purse = freePurses.popLast() ?? purses.count
        if purse == purses.count { purses.append(Purse(payer: payer)) }
        purses[purse] = Purse(payer: payer, place: order.count)
        order.append(purse)
        purseOfPayer[payer] = purse
        return purse
    }

    /// An empty one, whose payer keeps nothing any more.
    private mutating func close(_ purse: Int) {
        let place = purses[purse].place
        let last = order.removeLast()
        if last != purse {
            put(last, at: place)
            rise(last)
            sink(last)
        }
        purseOfPayer[purses[purse].payer] = nil
        freePurses.append(purse)
    }

    private mutating func put(_ purse: Int, at place: Int) {
        order[place] = purse
        purses[purse].place = place
    }

    private mutating func rise(_ purse: Int) {
        var place = purses[purse].place
        while place > 0 {
            let above = order[(place - 1) / 2]
            guard purses[above].bytes < purses[purse].bytes else { break }
            put(above, at: place)
            place = (place - 1) / 2
        }
        put(purse, at: place)
    }

    private mutating func sink(_ purse: Int) {
        var place = purses[purse].place
        while 2 * place + 1 < order.count {
            var below = 2 * place + 1
            if below + 1 < order.count, purses[order[below + 1]].bytes > purses[order[below]].bytes { below += 1 }
            guard purses[order[below]].bytes > purses[purse].bytes else { break }
            put(order[below], at: place)
            place = below
        }
        put(purse, at: place)
    }
}
