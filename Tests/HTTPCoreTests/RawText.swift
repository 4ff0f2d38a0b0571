extension [UInt8] {
    /// One byte for each scalar, so that a message can be written down with bytes that are no UTF-8.
    init(raw text: String) {
        self = text.unicodeScalars.map { UInt8($0.value) }
    }
}
