package updates

import (
	"context"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-7", func(dut *DUT) {
	TestCase("5.3-7-1", func() {
		Unit("a", "each update mechanism promises integrity and authenticity", func(ctx context.Context) {
			eachMechanism(ctx, dut, promising)
		}, Climbs(provisions.Declared))

		Unit("b", "its cryptography can keep what it promises", func(ctx context.Context) {
			eachMechanism(ctx, dut, keeping)
		}, Climbs(provisions.Declared))

		Unit("c", "its cryptography is best practice", func(ctx context.Context) {
			marks := signedBy(ctx, dut)
			eachMechanism(ctx, dut, func(m mechanism) finding { return beside(weak(m, At(ctx)), marks, weakMarks(marks, At(ctx))) })
		}, Climbs(provisions.Declared, provisions.Firmware))

		Unit("d", "no known attack fits it", func(ctx context.Context) {
			marks := signedBy(ctx, dut)
			eachMechanism(ctx, dut, func(m mechanism) finding { return beside(attackable(m), marks, sampleKeys(marks)) })
		}, Climbs(provisions.Declared, provisions.Firmware))
	})
})

// keeping is whether each promise has something to rest on.
func keeping(m mechanism) finding {
	if f := worst(resting(m), secret(m)); f.standing != fitting {
		return f
	}
	return is(fitting, "%s; whether the protocol keeps what is promised is to be judged: %q", resting(m).why, m.says("Cryptographic Details"))
}

// promising is whether a mechanism promises what secure updates need.
func promising(m mechanism) finding {
	promised, others := declared.Guarantees(m.text)
	missing := strings.Join(declared.Missing(promised, declared.Integrity, declared.Authenticity), " and ")
	switch {
	case missing == "":
		return is(fitting, "%s promises integrity and authenticity; whether more is needed, such as freshness or confidentiality, is to be judged", m.ID)
	case len(others) > 0:
		return is(open, "%s does not promise %s in these words; whether %q means it is to be judged", m.ID, missing, strings.Join(others, ", "))
	}
	return is(broken, "%s does not promise %s (Security Guarantees of 7-UpdMech)", m.ID, missing)
}
