package personaldata

import (
	"context"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

const sensorsPage = "Documentation of Sensors"

var _ = Provision("5.8-3", func(dut *DUT) {
	TestCase("5.8-3-1", func() {
		Unit("a", "anybody reaches the text on the sensors", func(ctx context.Context) {
			p := pages.Fetch(ctx, dut, sensorsPage)
			pages.Open(p, !p.Given() || len(p.Said) >= pages.Shortest && declared.Says(p.Said, sensing...))
			pages.Served(p)
			pages.Seen(ctx, p)
			if p.Unread == "" && len(p.Said) < pages.Shortest {
				Propose(Inconclusive, "%s says very little (%d characters): read it in a browser", p.Asked, len(p.Said))
			}
			if p.Unread == "" && !declared.Says(p.Said, sensing...) {
				pages.Doc{Page: p, Field: sensorsPage}.Absent("%s speaks of no sensor: it begins %.120q", p.Asked, p.Said)
			}
		}, Climbs(provisions.Web))

		Unit("b", "the text names each sensor, so that a layman understands it", func(ctx context.Context) {
			d := pages.Text(ctx, dut, sensorsPage, "5.8-3-1a")
			if !declared.Says(d.Said, sensing...) {
				Lack("mend the page, and run again", "%s speaks of no sensor, which is judged by 5.8-3-1a", d.Asked)
			}
			Each("sensor of 22-ExtSens", Declared(ctx, dut, "22-ExtSens"), func(row device.Row) {
				named := affirmed(d, row)
				if named == "" {
					d.Absent("%s does not name the sensor %s (%.120q)", d.Asked, row.ID, declared.Text(row, "Description"))
				}
				Propose(Pass, "%s is named in %s; judge whether a layman understands it (%s)", row.ID, named, d.Reads())
			})
		}, Climbs(provisions.Web))
		obvious(dut)
	})
})

// senses are kinds of sensor, each with the words by which declarations and texts name it.
var senses = [][]string{
	{"camera*", "lens", "image sensor", "video", "Kamera*"},
	{"microphone*", "voice", "sound", "audio", "Mikrofon*", "Sprache"},
	{"motion", "PIR", "presence", "movement*", "radar", "Bewegung*"},
	{"temperature*", "thermometer*", "Temperatur*"},
	{"humidity", "moisture", "Feuchte", "Feuchtigkeit*"},
	{"light sensor*", "brightness", "ambient light", "Helligkeit*", "Lichtsensor*"},
	{"position", "location", "GPS", "GNSS", "Standort*"},
	{"contact sensor*", "door contact*", "window contact*", "Türkontakt*", "Fensterkontakt*"},
	{"smoke", "gas", "carbon monoxide", "CO2", "air quality", "Rauch*", "Luft*"},
	{"acceler*", "gyroscope*", "vibration", "tilt", "Beschleunigung*"},
	{"pressure", "barometer*", "Druck*"},
	{"fingerprint*", "heart rate", "pulse", "Fingerabdruck*", "Puls"},
}

// sensing are words by which a text is known as one on sensors.
var sensing = append([]string{"sensor*", "senses", "measures", "detects", "misst"}, flat(senses)...)

func flat(all [][]string) (out []string) {
	for _, words := range all {
		out = append(out, words...)
	}
	return out
}

// affirmed is the sentence that names the sensor of a row, and does not say that there is none such.
func affirmed(d pages.Doc, row device.Row) string {
	text := declared.Text(row, "Description")
	var words []string
	for _, kind := range senses {
		if declared.Says(text, kind...) {
			words = append(words, kind...)
		}
	}
	if words == nil { // a kind that is not listed: its own words
		if p, ok := d.About(text); ok {
			return p.String()
		}
		return ""
	}
	for _, s := range d.Find(words...) {
		if declared.Affirms(s.Quote, words...) != "" {
			return strings.TrimSpace(s.String())
		}
	}
	return ""
}
