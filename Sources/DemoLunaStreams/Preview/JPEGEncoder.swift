internal import CTurboJPEG

/// Why a picture could not be compressed, in the words of libturbojpeg.
package struct JPEGError: Error, Sendable {
    package let reason: String
}

/// Compresses pictures through libturbojpeg; one compressor, used again and again.
package final class JPEGEncoder {
    private let compressor: tjhandle?

    /// 1 to 100. At this one a test card takes about 20 kB.
    private static let quality: Int32 = 80
    private static let subsampling = Int32(TJSAMP_420.rawValue)

    package init() {
        compressor = tjInitCompress()
    }

    deinit {
        // Destroying can only fail for no handle, and then there is nothing to free.
        if let compressor { tjDestroy(compressor) }
    }

    package func encode(_ canvas: Canvas) throws(JPEGError) -> [UInt8] {
        guard let compressor else { throw JPEGError(reason: "no compressor could be made") }
        let width = Int32(canvas.width)
        let height = Int32(canvas.height)
        // The most a picture of this size can take, so the library never reallocates our memory.
        let room = Int(tjBufSize(width, height, Self.subsampling))
        var result: Int32 = -1
        let jpeg = [UInt8](unsafeUninitializedCapacity: room) { output, count in
            var start = output.baseAddress
            var size = UInt(room)
            result = canvas.pixels.withUnsafeBytes { pixels in
                tjCompress2(
                    compressor, pixels.bindMemory(to: UInt8.self).baseAddress, width, 0, height,
                    Int32(TJPF_RGBX.rawValue), &start, &size, Self.subsampling, Self.quality,
                    TJFLAG_NOREALLOC | TJFLAG_FASTDCT)
            }
            count = result == 0 ? Int(size) : 0
        }
        guard result == 0 else { throw JPEGError(reason: String(cString: tjGetErrorStr2(compressor))) }
        return jpeg
    }
}
