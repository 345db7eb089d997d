package updates

import (
	"context"
	"fmt"
	"slices"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-16", func(dut *DUT) {
	TestCase("5.3-16-1", func() {
		Unit("a", "the model is read from a label or at a physical interface", func(ctx context.Context) {
			readable(ctx, dut, []string{"label", "display", "serial", "usb"}, []string{"app", "cloud", "box"}, "a label or a physical interface").say()
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("a", "the model is read from a label or at a user interface", func(ctx context.Context) {
			readable(ctx, dut, []string{"label", "display", "app"}, []string{"box"}, "a label or a user interface").say()
		}, In(provisions.V31), Climbs(provisions.Declared))
	})
	reading(dut)
})

// readable is whether the model designation is read at one of the places that an edition takes. What is neither taken nor
// refused is for a person to say.
func readable(ctx context.Context, dut *DUT, taken, refused []string, what string) finding {
	text, f := stated(form(ctx, dut, "2-UserInfo"), "Model Designation")
	if f.standing != met {
		return f
	}
	model := given(given(dut.IXIT().UserInfo).Model)
	next := "write the key model of 2-UserInfo: {source: label, steps: how it is read}"
	switch {
	case model.Source == "":
		return finding{open, fmt.Sprintf("2-UserInfo has no key model, and where the model designation is read is for a person to say: %q", text), next}
	case slices.Contains(refused, model.Source):
		return is(broken, "the model designation is read from the %s (model.source of 2-UserInfo), which is neither %s: %q", model.Source, what, text)
	case !slices.Contains(taken, model.Source):
		return is(open, "the model designation is read over %s (model.source of 2-UserInfo); whether that is %s is to be judged: %q", model.Source, what, text)
	case model.Steps == "":
		return lacks(next, "2-UserInfo does not say how the model designation is read (model.steps)")
	}
	return is(fitting, "the model designation is read from the %s: %s Whether a user recognises it is to be judged: %q", model.Source, model.Steps, text)
}
