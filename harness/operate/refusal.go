package operate

import "regexp"

// A Refusal is why a device says that it refuses an update.
type Refusal string

// Reasons of a refusal. But for the signature's, and one that nobody knows, the update was not tried (rule CONTROL).
const (
	ForVersion   Refusal = "version"
	ForBattery   Refusal = "battery"
	ForBusy      Refusal = "busy"
	ForHoldOff   Refusal = "hold-off"
	ForSignature Refusal = "signature" // the image itself: its signature, hash, form or model
	ForUnknown   Refusal = "unknown"
)

// NotTried tells a refusal that says nothing of the image.
func (r Refusal) NotTried() bool {
	return r == ForVersion || r == ForBattery || r == ForBusy || r == ForHoldOff
}

// reasons in the order of looking: where a text names several, the one that acquits least comes first.
var reasons = []struct {
	of    Refusal
	words *regexp.Regexp
}{
	{ForBattery, regexp.MustCompile(`(?i)batter|low power|power (?:is )?(?:too )?low|state of charge|not charg|mains|plug (?:it )?in`)},
	{ForBusy, regexp.MustCompile(`(?i)\bbusy\b|in progress|already running|being (?:used|installed)|\bin use\b|occupied|while (?:recording|streaming|playing)`)},
	{ForHoldOff, regexp.MustCompile(`(?i)try (?:again )?later|retry[- ]after|too many|rate.?limit|hold.?off|postpone|deferred|schedul|maintenance window|\bwait\b|cool.?down|staged|roll-?out|locked`)},
	{ForVersion, regexp.MustCompile(`(?i)not (?:a )?(?:newer|higher|above)|\bolder|downgrad|roll-?back|same version|already (?:installed|at|on|have|up)|up.?to.?date|no (?:new |newer )?update|version (?:is )?(?:too (?:low|old)|not|lower|equal|refused|rejected)|(?:lower|equal|old|invalid|wrong|bad) version|anti-?rollback`)},
	{ForSignature, regexp.MustCompile(`(?i)signature|signer|signed|\bsign\b|authentic|verif|untrusted|not trusted|certificate|\bhash\b|sha-?256|digest|checksum|\bcrc|corrupt|truncat|incomplete|damaged|manifest|malformed|invalid (?:image|firmware|file|package)|model|wrong device|not for this|hardware`)},
}

// Classify reads the reason from what a device said. It is only as good as the words: ForUnknown where none is known.
func Classify(said string) Refusal {
	for _, r := range reasons {
		if r.words.MatchString(said) {
			return r.of
		}
	}
	return ForUnknown
}
