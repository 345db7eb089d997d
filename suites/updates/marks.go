package updates

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/firmware"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

// signedBy are the signatures of the genuine images, as far as their containers are known.
func signedBy(ctx context.Context, dut *DUT) []firmware.Mark {
	if dut.File == nil || dut.File.Updates == nil {
		NotClimbed(ctx, provisions.Firmware, "there is no genuine image to read its signature (updates: in the device file)")
		return nil
	}
	marks := Ask(ctx, dut, operate.Marks{})
	if len(marks) == 0 {
		NotClimbed(ctx, provisions.Firmware, "no container that is known here (FIT, MCUboot, CMS) was found in the genuine images: what they are signed by was not read")
	}
	var seen []string
	for _, m := range marks {
		seen = append(seen, fmt.Sprintf("%s of %s by %s", m.Container, m.Where, strings.Join(m.By, ", ")))
	}
	if len(seen) > 0 {
		Note(ctx, "signatures in the genuine images: %s", strings.Join(seen[:min(len(seen), 8)], "; "))
	}
	return marks
}

// beside is what is found of a mechanism's words and of its images, where these show by what they are signed.
func beside(f finding, marks []firmware.Mark, seen finding) finding {
	if len(marks) == 0 {
		return f
	}
	return worst(f, seen)
}

// weakMarks is whether an image is signed by what the catalogue refuses: the image is the object, so that it convicts.
func weakMarks(marks []firmware.Mark, at time.Time) finding {
	for _, m := range marks {
		if why := declared.RefusedIn(strings.Join(m.By, "\n"), at); len(why) > 0 {
			return is(broken, "the genuine image carries a signature of %s by %s (%s): %s", m.Container, strings.Join(m.By, ", "), m.Where, strings.Join(why, "; "))
		}
	}
	return is(fitting, "nothing by which the genuine images are seen to be signed is refused")
}

// sampleKeys is whether a key that everybody has signs an image.
func sampleKeys(marks []firmware.Mark) finding {
	for _, m := range marks {
		if m.Known != "" {
			return is(broken, "the genuine image (%s) is signed by a key whose private half is published: %s", m.Where, m.Known)
		}
	}
	return is(fitting, "no key that is seen to sign the genuine images is known to be published")
}
