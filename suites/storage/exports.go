package storage

import (
	"context"
	"maps"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/firmware"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Undoable[operate.ChangeCredential]()

// owner is the login of the sample that may do most: that of the role owner, or the only one.
func owner(dut *DUT) string {
	logins := dut.Sample().Logins
	for _, name := range slices.Sorted(maps.Keys(logins)) {
		if logins[name].Role == "owner" || len(logins) == 1 {
			return name
		}
	}
	return ""
}

// reading are the operations by which exports are read.
var reading = []string{"login", "settings-read"}

// exported looks through what the device exports to a login, and says why it did not.
func exported(ctx context.Context, dut *DUT, q operate.Exports) []operate.Export {
	got := Ask(ctx, dut, q)
	if !got.LoggedIn {
		Inconclude("%s could not log in to be given exports: %s", q.As, got.Why)
	}
	if len(got.Missed) > 0 {
		Doubt(ctx, "what %s is given was not all seen: %s; let the device rest, and run again", q.As, strings.Join(got.Missed[:min(5, len(got.Missed))], "; "))
	}
	for _, r := range got.Read {
		if r.Cut != "" {
			Doubt(ctx, "%s was not searched to its end: %s; search it by hand", r.Path, r.Cut)
		}
	}
	return got.Read
}

// nothingExported sets a password of ours and looks for it, for session tokens and for private keys in what the device gives to
// each login. It tells whether that was done, and whether a backup, log or the like was there to be searched.
func nothingExported(ctx context.Context, dut *DUT) (searched, found bool) {
	as := owner(dut)
	for _, o := range append([]string{"change-credential"}, reading...) {
		if as == "" || !dut.Allowed(provisions.Intrusive) || dut.File == nil || !operate.Declared(dut.File, o) {
			NotClimbed(ctx, provisions.Operator, "no password of ours was set and searched for in backups, logs and answers: it needs a login of the owner, the operations change-credential, login and settings-read, and --allow intrusive")
			NotClimbed(ctx, provisions.LAN, "backups, logs and answers were not searched")
			return false, false
		}
	}
	value := Ask(ctx, dut, Canary{Name: "a password that is searched for"})
	before := dut.Secret(dut.Sample().Logins[as].Password)
	if set := Do(ctx, dut, operate.ChangeCredential{As: as, Value: value}); !set.Proved {
		Inconclude("no password of ours could be set, to search for it: %s", set.Proof)
	}
	owners := func(again bool) []operate.Export {
		return exported(ctx, dut, operate.Exports{As: as, Password: value, Canary: value, Again: again})
	}
	read := owners(false)
	held := holding(read)
	if len(held) > 0 {
		held = slices.DeleteFunc(held, func(h string) bool { return !slices.Contains(holding(owners(true)), h) })
	}
	other := otherUsers(ctx, dut, as, value)
	back := Do(ctx, dut, operate.ChangeCredential{As: as, Password: value, Value: before})
	if !back.Proved {
		Note(ctx, "the password was not shown to be changed back: %s", back.Proof)
	}
	Expect(held).To(BeEmpty(), "a secret in use can be read in what the device gives to its owner, twice: %s", strings.Join(held, "; "))
	Expect(other).To(BeEmpty(), "the owner's secret can be read in what the device gives to another user: %s", strings.Join(other, "; "))
	keysExported(ctx, dut, read)
	return true, noted(ctx, read)
}

// otherUsers are the places at which other logins of the sample are given the owner's secret, twice.
func otherUsers(ctx context.Context, dut *DUT, owner string, value evidence.Secret) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(dut.Sample().Logins)) {
		if name == owner {
			continue
		}
		held := holding(exported(ctx, dut, operate.Exports{As: name, Canary: value}))
		if len(held) > 0 {
			again := holding(exported(ctx, dut, operate.Exports{As: name, Canary: value, Again: true}))
			held = slices.DeleteFunc(held, func(h string) bool { return !slices.Contains(again, h) })
		}
		out = append(out, held...)
	}
	return out
}

// holding are the exports in which a secret stands.
func holding(read []operate.Export) (out []string) {
	for _, e := range read {
		for _, h := range e.Holds {
			out = append(out, e.Path+" holds "+h)
		}
	}
	return out
}

// keysExported judges private keys that are given out: those that the device proves convict, others are asked after.
func keysExported(ctx context.Context, dut *DUT, read []operate.Export) {
	for _, e := range read {
		inUse := live(ctx, dut, own(e.Keys))
		for _, k := range own(e.Keys) {
			Expect(inUse[k]).To(BeEmpty(), "the device gives the private key of %s to its owner, at %s: %s", inUse[k], e.Path, k.Context)
			Doubt(ctx, "the device gives out a private key at %s (%s), which no service of the device proves: say what it is for", e.Path, k.Context)
		}
	}
}

func own(all []firmware.Hit) (out []firmware.Hit) {
	for _, h := range all {
		if h.Counts() {
			out = append(out, h)
		}
	}
	return out
}

// noted tells whether a backup, log or the like was read, and says which.
func noted(ctx context.Context, read []operate.Export) bool {
	var logs []string
	for _, e := range read {
		if e.Log {
			logs = append(logs, e.Path)
		}
	}
	if len(logs) == 0 {
		Note(ctx, "no backup, log or the like was found at the %d places where they use to be", len(operate.ExportPaths))
		return false
	}
	Note(ctx, "a password of ours, session tokens and private keys were searched for in %s, in clear, hex, base64, UTF-16, as MD5 and SHA-1, and in archives", strings.Join(logs, ", "))
	return true
}
