package enum AuthPlaceholder {}
