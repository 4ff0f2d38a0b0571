/// `cors`: which pages of other origins may read our answers (the Fetch standard's CORS protocol).
package struct CORSSettings: Sendable, Equatable {
    package enum Origins: Sendable, Equatable {
        /// `*`: every page, and never with credentials.
        case any
        /// As browsers write them: lower case, no default port.
        case listed([String])
    }

    /// `allowed_origins`.
    package var origins: Origins
    /// `allow_credentials`: whether a page may send what the browser has stored, such as a Basic login.
    package var allowsCredentials = false
    /// `allowed_headers`: the fields that a page may set.
    package var requestFields = [
        "Authorization", "Content-Type", "Luna-Account-Id", "Luna-Request-Id", "LUNA-STREAMS-API-VERSION",
    ]
    /// `max_age`: how long a browser may remember what a preflight said.
    package var maximumAge: Duration = .seconds(600)

    package init(origins: Origins) {
        self.origins = origins
    }
}
