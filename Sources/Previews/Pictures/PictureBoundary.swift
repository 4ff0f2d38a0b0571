package import HTTPCore

/// The boundary of the previews that this process sends: `frame` and 32 hexadecimal digits. It is made once, by chance, so
/// that no source can have its pictures contain it.
package struct PictureBoundary: Sendable, Equatable {
    /// Without the two hyphens of a delimiter. Letters and digits alone: Safari fails over a boundary in quotes.
    package let text: [UInt8]

    package init(_ random: inout some RandomNumberGenerator) {
        var text = Array("frame".utf8)
        for _ in 0..<2 {
            let word = random.next() as UInt64
            for shift in stride(from: 60, through: 0, by: -4) {
                text.append(hexadecimal: Int(word >> UInt64(shift) & 15))
            }
        }
        self.text = text
    }

    /// The Content-Type of a preview with this boundary.
    package func appendContentType(to output: inout some ByteAppending & ~Copyable) {
        output.append("multipart/x-mixed-replace;boundary=")
        output.append(text.span)
    }

    /// CR LF, delimiter, CR LF, as it stands between two parts.
    func appendDelimiter(to output: inout some ByteAppending & ~Copyable) {
        output.append("\r\n--")
        output.append(text.span)
        output.append("\r\n")
    }

    /// What is sent once, before the first picture.
    package func appendBeginning(of form: PictureForm, to output: inout some ByteAppending & ~Copyable) {
        output.append("--")
        output.append(text.span)
        output.append("\r\n")
        switch form {
        case .length: break
        // Each part's head comes before it is known what it will be of; browsers look at a picture's first bytes.
        case .browser: output.append("Content-Type: image/jpeg\r\n\r\n")
        }
    }

    /// What is sent behind the last picture instead of what else would follow it: the last delimiter.
    package func appendEnd(to output: inout some ByteAppending & ~Copyable) {
        output.append("\r\n--")
        output.append(text.span)
        output.append("--\r\n")
    }
}
