package vulnerabilities

import "regexp"

// mail is an address of mail, also one that hides from robots a little: "security at maker dot example", "security (at) maker.example".
var mail = regexp.MustCompile(`(?i)\b[a-z0-9._%+-]+(?:@|\s?[(\[{]\s?(?:at|ät)\s?[)\]}]\s?|\s(?:at|AT)\s)[a-z0-9-]+(?:(?:\.|\s?[(\[{]\s?dot\s?[)\]}]\s?|\sdot\s)[a-z0-9-]+)+\b`)
