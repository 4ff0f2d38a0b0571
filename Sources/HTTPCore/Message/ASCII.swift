/// Byte classes of the HTTP grammar as pairs of 64-bit masks: one shift and one test a byte, no table in memory.
package enum ASCII {
    /// `tchar`, RFC 9110 §5.6.2.
    @inlinable package static func isToken(_ byte: UInt8) -> Bool {
        // ! # $ % & ' * + - . 0-9, then A-Z ^ _ ` a-z | ~
        byte < 64
            ? 0x03FF_6CFA_0000_0000 & (1 as UInt64) << UInt64(byte) != 0
            : byte < 128 && 0x57FF_FFFF_C7FF_FFFE & (1 as UInt64) << UInt64(byte & 63) != 0
    }

    /// What a field value may hold, RFC 9110 §5.5: visible characters, space, tab, and bytes from 0x80 (obs-text).
    @inlinable package static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte != 0x7F : byte == 0x09
    }

    /// `pchar` of RFC 3986 §3.3 and the slash, `%` included: whether two digits follow it is the caller's to see.
    @inlinable package static func isPath(_ byte: UInt8) -> Bool {
        // ! $ % & ' ( ) * + , - . / 0-9 : ; =, then @ A-Z _ a-z ~
        byte < 64
            ? 0x2FFF_FFF2_0000_0000 & (1 as UInt64) << UInt64(byte) != 0
            : byte < 128 && 0x47FF_FFFE_87FF_FFFF & (1 as UInt64) << UInt64(byte & 63) != 0
    }

    /// What a query may hold: as a path and the question mark (RFC 3986 §3.4), and what browsers and HTTP libraries leave in it as
    /// it is, `[ \ ] ^ { | }` and the backtick (WHATWG URL Standard, query percent-encode set). Not quotes, angle
    /// brackets and `#`, which they escape.
    @inlinable package static func isQuery(_ byte: UInt8) -> Bool {
        byte < 64
            ? 0xAFFF_FFF2_0000_0000 & (1 as UInt64) << UInt64(byte) != 0
            : byte < 127
    }

    @inlinable package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// 0 to 15, or nil for what is no hexadecimal digit.
    @inlinable package static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        let digit = byte &- 0x30
        if digit < 10 { return digit }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }

    /// Lower case for A to Z only: masking with 0x20 would also make `^` and `~` one, both legal in names.
    @inlinable package static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
