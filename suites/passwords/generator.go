package passwords

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/declared"
)

// Words of how a password is made.
var (
	random   = []string{"random*", "CSPRNG", "DRBG", "TRNG", "RNG", "HRNG", "HSM", "hardware security module", "hardware module", "entropy", "/dev/urandom", "getrandom", "urandom"}
	counting = []string{"counter", "counting", "counted up", "incremental*", "increment*", "sequence", "sequential*", "consecutive*", "running number", "production date", "date of production", "timestamp", "time stamp", "production number", "week of production"}
	public   = []string{"MAC", "MACs", "MAC address*", "serial", "serial number*", "SSID", "BSSID", "IMEI", "UUID", "model", "model name", "host name", "hostname", "device id", "device name", "EUI-64"}
	hidden   = []string{"secret*", "key", "keys", "salt*", "seed", "random*", "HMAC", "HSM", "CSPRNG", "nonce"}
	shared   = []string{"same for all", "same on all", "same password", "identical", "fixed password", "fixed value", "fixed string", "constant value", "hard-coded", "hardcoded", "universal", "common to", "per batch", "each batch", "of the batch", "per model", "of the model", "default password", "admin/admin"}
	wordy    = []string{"words", "word list", "wordlist", "word", "dictionary", "diceware", "passphrase*"}
	filters  = []string{"reject*", "filter*", "blocklist*", "block list", "blacklist*", "deny list", "excluded", "excludes", "common passwords", "checked against", "held against"}
)

// ownOrUnique judges one row by whose its password is.
func ownOrUnique(m mechanism) {
	text := m.text(generation)
	if m.Gen == nil && text == "" {
		Lack("say in 1-AuthMech how its passwords are made", "%s says nothing in %q", m.ID, generation)
	}
	switch m.origin() {
	case "user":
		Propose(Pass, "%s: the user chooses the password", m.ID)
	case "none":
		Propose(Pass, "%s: no password is installed", m.ID)
	}
	if m.Gen != nil && m.Gen.Scope != "" {
		Expect(m.Gen.Scope).To(Equal("device"), "%s has a password that is the same for each %s (gen: scope)", m.ID, m.Gen.Scope)
	}
	if w := declared.Affirms(text, shared...); w != "" {
		Propose(Fail, "%s speaks of %q where it tells how its password is made; confirm that devices share it: %q", m.ID, w, text)
	}
	if m.Gen != nil && m.Gen.Scope == "device" && m.Gen.Source != "" {
		Propose(Pass, "%s: a password for each device, by %s", m.ID, m.Gen.Source)
	}
	Propose(Inconclusive, "%s does not say beside its text that each device has its own password and from which source (gen: scope and source): %q", m.ID, text)
}

// notCounted judges whether the generator counts.
func notCounted(m mechanism) {
	source, text := source(m), m.text(generation)
	if m.Gen != nil && m.Gen.Source != "" {
		w := declared.Affirms(m.Gen.Source, counting...)
		Expect(w).To(BeEmpty(), "%s makes its passwords by %s, so that one tells of the next", m.ID, m.Gen.Source)
	}
	if w := declared.Affirms(text, counting...); w != "" {
		Propose(Fail, "%s speaks of %q where it tells how its password is made; confirm that passwords follow a pattern: %q", m.ID, w, text)
	}
	if source == "" {
		Lack("name the source of the passwords in 1-AuthMech: gen: {source: …}", "%s names no source of its passwords", m.ID)
	}
	if declared.Affirms(source, random...) == "" {
		Propose(Inconclusive, "%s makes its passwords by %q, which is no random generator known here", m.ID, source)
	}
	Propose(Pass, "%s draws its passwords from a random source (%s)%s", m.ID, source, samples(m))
}

// source is what a row says that its passwords come from.
func source(m mechanism) string {
	if m.Gen != nil && m.Gen.Source != "" {
		return m.Gen.Source
	}
	return m.text(generation)
}

// samples says whether samples were judged before.
func samples(m mechanism) string {
	if m.Gen != nil && m.Gen.Samples != "" {
		return "; its samples show no pattern"
	}
	return "; it gives no samples"
}

// notCommon judges whether the generator makes strings that everybody uses.
func notCommon(m mechanism) {
	text := m.text(generation)
	whole := text + "\n" + source(m)
	filtered := m.Gen != nil && m.Gen.Filter != "" || declared.Affirms(text, filters...) != ""
	if declared.Affirms(whole, wordy...) != "" {
		bits := bitsOfWords(whole)
		if !filtered && bits > 0 {
			Expect(bits >= enough).To(BeTrue(), "%s puts words of a list together, %.0f bits in all, and keeps no common ones out: %q", m.ID, bits, text)
		}
		if !filtered && bits == 0 {
			Propose(Fail, "%s puts words together and does not say from how long a list, nor that common ones are kept out: %q", m.ID, text)
		}
		Propose(Pass, "%s puts words together, and common ones are kept out or are too many to try", m.ID)
	}
	bits := space(m)
	switch {
	case bits == 0:
		Lack("give alphabet and length of the passwords in 1-AuthMech: gen:", "%s does not say how long its passwords are and of which characters", m.ID)
	case filtered:
		Propose(Pass, "%s keeps common strings out", m.ID)
	case bits < chance:
		Propose(Inconclusive, "%s draws from %.0f bits, where many values are on lists of common ones, and keeps none out", m.ID, bits)
	case declared.Affirms(source(m), random...) == "":
		Propose(Inconclusive, "%s does not say that each value is as likely as another, nor that common ones are kept out", m.ID)
	}
	Propose(Pass, "%s draws each value with like chance from %.0f bits: a common one is met by chance in one of %.0e%s", m.ID, bits, math.Pow(2, bits)/lists, samples(m))
}

var (
	enough   = Parameter("5.1-2-1: bits of a pre-installed password that are enough on-line", 40.0)
	offline  = Parameter("5.1-2-1d: bits of a password that can be guessed off-line", 64.0)
	least    = Parameter("5.1-2-1d: values of a password below which a FAIL is proposed", 1e6)
	leastTry = Parameter("5.1-2-1d: values for each try that an attacker has below which a FAIL is proposed", 1e4)
	lists    = Parameter("5.1-2-1b: length of the list of common passwords", 1e5)
	chance   = math.Log2(100 * lists) // one in a hundred
)

// notDerived judges whether the password can be worked out from what everybody sees.
func notDerived(m mechanism) {
	text := m.text(generation)
	if m.Gen != nil && len(m.Gen.Inputs) > 0 {
		onlyPublic := !slices.ContainsFunc(m.Gen.Inputs, func(in string) bool { return !declared.Says(in, public...) || declared.Says(in, hidden...) })
		Expect(onlyPublic).To(BeFalse(), "%s makes its passwords of %s alone, which others can read (gen: inputs)", m.ID, strings.Join(m.Gen.Inputs, " and "))
		Propose(Pass, "%s makes its passwords of %s; see that what is not public in it is a secret", m.ID, strings.Join(m.Gen.Inputs, ", "))
	}
	w := declared.Affirms(text, public...)
	switch {
	case text == "" && source(m) == "":
		Lack("say in 1-AuthMech what the passwords are made of: gen: {inputs: […]}", "%s does not say what its passwords are made of", m.ID)
	case w != "" && declared.Affirms(text, hidden...) == "":
		Propose(Fail, "%s speaks of %q where it tells how its password is made, and of no secret; confirm that it is derived from it: %q", m.ID, w, text)
	case declared.Affirms(source(m), random...) == "":
		Propose(Inconclusive, "%s does not say what its passwords are made of: %q", m.ID, text)
	}
	Propose(Pass, "%s names no public value as an input, and a random source", m.ID)
}

// complexEnough judges whether there are enough values. The numbers are ours: a person decides.
func complexEnough(m mechanism) {
	bits := space(m)
	if bits == 0 {
		Lack("give alphabet and length of the passwords in 1-AuthMech: gen:", "%s does not say how long its passwords are and of which characters", m.ID)
	}
	values, tries := math.Pow(2, bits), lifetime(m)
	overheard := declared.Affirms(m.Description+"\n"+m.Factor+"\n"+m.text("Cryptographic Details"), heard...)
	switch {
	case overheard != "" && bits < offline && declared.Affirms(m.text("Cryptographic Details"), pakes...) == "":
		Propose(Fail, "%s has %.0f bits, and %q lets who overhears it guess off-line, where %.0f are asked for; confirm it", m.ID, bits, overheard, offline)
	case values < least && (tries == 0 || values/tries < leastTry):
		Propose(Fail, "%s has %.0f values alone, and no cap on the tries is declared that would make up for it; confirm that they are too few", m.ID, values)
	case tries > 0 && values/tries < leastTry:
		Propose(Fail, "%s has %.0f values for %.0f tries that an attacker has in its life; confirm that they are too few", m.ID, values, tries)
	case bits >= enough:
		Propose(Pass, "%s has %.0f bits where %.0f are asked for", m.ID, bits, enough)
	case tries > 0:
		Propose(Pass, "%s has %.0f bits, and takes %.0f tries in all", m.ID, bits, tries)
	}
	Propose(Inconclusive, "%s has %.0f bits where %.0f are asked for, and no cap on the tries of its life is declared", m.ID, bits, enough)
}

// Words of log-ins whose talk lets an eavesdropper guess in peace, and of those that do not.
var (
	heard = []string{"WPA", "WPA2", "WPA-PSK", "WPA2-PSK", "PSK", "CHAP", "MS-CHAP*", "Digest", "NTLM*"}
	pakes = []string{"PAKE", "SPAKE2*", "OPAQUE", "SRP", "J-PAKE", "CPace", "Dragonfly", "SAE", "WPA3"}
)

// lifetime is how many tries somebody has in all; 0 where none are counted for good.
func lifetime(m mechanism) float64 {
	if m.BF != nil && m.BF.Attempts > 0 && (m.BF.Reset == "never" || declared.Says(m.BF.Other, "none until*", "once", "cap", "in all", "for good")) {
		return float64(m.BF.Attempts)
	}
	return 0
}

// space is how many bits the declared form has; 0 where it is not declared.
func space(m mechanism) float64 {
	if m.Gen == nil || m.Gen.Length <= 0 || characters(m.Gen.Alphabet) == 0 {
		return 0
	}
	return float64(m.Gen.Length) * math.Log2(float64(characters(m.Gen.Alphabet)))
}

var class = regexp.MustCompile(`^(?:.-.)+$`)

// characters is how many an alphabet has: a list, or ranges such as a-z0-9.
func characters(alphabet string) (n int) {
	if !class.MatchString(alphabet) {
		seen := map[rune]bool{}
		for _, r := range alphabet {
			seen[r] = true
		}
		return len(seen)
	}
	for a := []rune(alphabet); len(a) >= 3; a = a[3:] {
		n += max(0, int(a[2]-a[0])+1)
	}
	return n
}

var (
	listLength = regexp.MustCompile(`(?i)\b(?:list|dictionary) of (?:about |some )?([\d ,.']*\d)|\b([\d ,.']*\d)[ -]words?\b`)
	wordCount  = regexp.MustCompile(`(?i)\b(two|three|four|five|six|seven|eight|[2-9]) (?:\pL+ )?words\b`)
	numbers    = []string{"two", "three", "four", "five", "six", "seven", "eight"}
)

// bitsOfWords is the space of "three words of a list of 2 000"; 0 where the text does not say.
func bitsOfWords(text string) float64 {
	length, count := 0.0, 0.0
	for _, m := range listLength.FindAllStringSubmatch(text, -1) {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, m[1]+m[2])
		if n, err := strconv.ParseFloat(digits, 64); err == nil && n > 9 {
			length = n
		}
	}
	if m := wordCount.FindStringSubmatch(text); m != nil {
		n := slices.Index(numbers, strings.ToLower(m[1])) + 2
		if n < 2 {
			n, _ = strconv.Atoi(m[1]) // digits, by the pattern
		}
		count = float64(n)
	}
	if length == 0 || count == 0 {
		return 0
	}
	return count * math.Log2(length)
}
