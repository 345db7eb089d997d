package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-12", func(dut *DUT) {
	TestCase("5.3-12-1", func() {
		Unit("a", "the device itself tells its user before an update stops basic functions", func(ctx context.Context) {
			eachMechanism(ctx, dut, func(m mechanism) finding { return warned(m, onDevice) })
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("a", "the user is told before an update stops basic functions", func(ctx context.Context) {
			Declared(ctx, dut, "26-UserDec")
			eachMechanism(ctx, dut, func(m mechanism) finding {
				if m.upd.Disrupts.Yes() && m.notice.OnDevice == device.No {
					Note(ctx, "finding: %s tells of a disruption elsewhere than at the device (upd.notice.on_device: no); whether this edition still asks for the device itself is not certain", m.ID)
				}
				return mechanically(warned(m, anywhere))
			})
		}, In(provisions.V31), Climbs(provisions.Declared))
	})
})

// warned is whether a mechanism never disrupts, or tells of it; where is what is asked of the place.
func warned(m mechanism, where func(mechanism) finding) finding {
	switch {
	case m.upd.Disrupts == "":
		return m.missing("upd.disrupts")
	case m.upd.Disrupts == device.No:
		return is(fitting, "%s stops no basic function (upd.disrupts: no), as it says", m.ID)
	case silent(m):
		return is(broken, "%s stops basic functions (upd.disrupts: yes), and gives no notice", m.ID)
	case m.notice.Disruption == device.No:
		return is(broken, "%s stops basic functions (upd.disrupts: yes), and its notice does not say so (upd.notice.disruption: no)", m.ID)
	case m.notice.Disruption == "":
		return m.missing("upd.notice.disruption")
	case seeking(m):
		return lacks("correct upd.notice of "+m.ID, "%s tells of a disruption, and only where its user must look for it (upd.notice.channel)", m.ID)
	}
	return where(m)
}

func onDevice(m mechanism) finding {
	switch m.notice.OnDevice {
	case device.No:
		return is(broken, "%s stops basic functions, and the notice of it does not come at the device itself (upd.notice.on_device: no)", m.ID)
	case device.Yes:
		return is(fitting, "%s tells at the device itself that basic functions stop; whether that comes before is to be judged: %q", m.ID, m.says("User Notification"))
	}
	return m.missing("upd.notice.on_device")
}

func anywhere(m mechanism) finding { return is(met, "%s tells that basic functions stop", m.ID) }
