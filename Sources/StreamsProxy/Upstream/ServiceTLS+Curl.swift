import CCurl
import HTTPCore

extension ServiceTLS {
    /// Sets what a libcurl handle needs for an https URL. False where libcurl has no memory for it: then the handle must
    /// not be used, as it would trust others than it should.
    func apply(to easy: UnsafeMutableRawPointer) -> Bool {
        // Both are what libcurl does by itself; said here, so that no build of it does otherwise.
        var codes = [
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1),
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2),
            // What is older has holes (RFC 8996).
            ccurl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
        ]
        if let authorities {
            codes.append(Self.set(CURLOPT_CAINFO_BLOB, authorities, easy))
            // The system's folder of certificates counts beside any file, unless it is taken away.
            codes.append(ccurl_set_string(easy, CURLOPT_CAPATH, nil))
        }
        if let certifiedKey {
            codes.append(Self.set(CURLOPT_SSLCERT_BLOB, certifiedKey.certificates, easy))
            codes.append(Self.set(CURLOPT_SSLKEY_BLOB, certifiedKey.key, easy))
        }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    private static func set(
        _ option: CURLoption, _ text: [UInt8], _ easy: UnsafeMutableRawPointer
    ) -> CURLcode {
        text.withUnsafeBytes { ccurl_set_blob(easy, option, $0.baseAddress, $0.count) }
    }
}
