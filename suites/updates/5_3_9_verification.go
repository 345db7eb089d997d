package updates

import (
	"context"
	"fmt"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-9", func(dut *DUT) {
	TestCase("5.3-9-1", func() {
		Unit("a", "whose an image is, and for which device, is verified before it is installed", func(ctx context.Context) {
			eachMechanism(ctx, dut, authentic)
		}, Climbs(provisions.Declared))

		Unit("b", "that an image is whole is verified before it is installed", func(ctx context.Context) {
			eachMechanism(ctx, dut, whole)
		}, Climbs(provisions.Declared))

		Unit("c", "the device itself verifies whose an image is", func(ctx context.Context) {
			eachMechanism(ctx, dut, func(m mechanism) finding { return itself(m, "upd.verify.authenticity_by", m.verify.AuthenticityBy) })
		}, Climbs(provisions.Declared))

		Unit("d", "the device itself verifies that it is whole", func(ctx context.Context) {
			eachMechanism(ctx, dut, func(m mechanism) finding { return itself(m, "upd.verify.integrity_by", m.verify.IntegrityBy) })
		}, Climbs(provisions.Declared))
	})

	TestCase("5.3-9-2", func() {
		Unit("a", "the device itself refuses images that are not the maker's, or not for it", func(ctx context.Context) {
			withstand(ctx, dut, authenticity)
			Note(ctx, "cap: the maker's own keys are not at hand; that a signer is abused was not tried")
		}, In(provisions.V31), Quota("an image of each kind of attack"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))

		Unit("b", "the device itself refuses images that were altered, and starts again", func(ctx context.Context) {
			withstand(ctx, dut, integrity)
			Note(ctx, "cap: the places that were altered are a sample")
		}, In(provisions.V31), Quota("an image of each kind of attack"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))
	})
})

// authentic is whether source and target of an image are verified before it is installed.
func authentic(m mechanism) finding {
	f := worst(verified(m, "upd.verify.source", m.verify.Source), verified(m, "upd.verify.target", m.verify.Target), installable(m))
	if f.standing == fitting {
		f.why = fmt.Sprintf("before it writes, %s verifies whose an image is by %s, and for which device by %s; whether that is suitable is to be judged", m.ID, m.verify.Source, m.verify.Target)
	}
	return f
}

// verified is whether a key of upd.verify names what is verified.
func verified(m mechanism, key, what string) finding {
	switch {
	case declared.None(what):
		return is(broken, "%s of 7-UpdMech does not verify it (%s: %s)", m.ID, key, what)
	case what == "":
		return m.missing(key)
	}
	return is(fitting, "%s verifies %s", m.ID, what)
}

// installable is whether that comes before the image is installed.
func installable(m mechanism) finding {
	switch m.verify.Before {
	case "":
		return m.missing("upd.verify.before")
	case "never":
		return is(broken, "%s installs images that it has not verified (upd.verify.before: never)", m.ID)
	case "boot":
		return is(open, "%s verifies an image after it was written, and before it starts; whether that is before its installation is to be judged", m.ID)
	}
	return is(fitting, "%s verifies before it writes", m.ID)
}

// whole is whether all of an image is verified, by what nobody else can make anew, before it can do harm.
func whole(m mechanism) finding {
	f := worst(resting(m), before(m))
	if f.standing == fitting {
		f.why = fmt.Sprintf("%s, before the %s; whether that covers all that is installed is to be judged", resting(m).why, m.verify.Before)
	}
	return f
}

// itself is whether the device verifies, and not only an app, a gateway or a service.
func itself(m mechanism, key, by string) finding {
	switch by {
	case "":
		return m.missing(key)
	case "device":
		return is(met, "the device itself verifies what %s brings", m.ID)
	}
	return is(broken, "the %s, not the device itself, verifies what %s brings (%s)", by, m.ID, key)
}
