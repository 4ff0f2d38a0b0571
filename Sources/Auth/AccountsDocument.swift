/// What the accounts file holds, as the file has it: the form that is edited and saved.
package struct AccountsDocument: Sendable {
    package var signingKey: SigningKey
    package var accounts: [AccountRecord]
    package var tokens: [TokenRecord]

    package init(signingKey: SigningKey, accounts: [AccountRecord] = [], tokens: [TokenRecord] = []) {
        self.signingKey = signingKey
        self.accounts = accounts
        self.tokens = tokens
    }
}
