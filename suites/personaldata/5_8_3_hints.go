package personaldata

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/rtsp"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

// obvious is the unit that looks for sensors which the declaration leaves out: first in what the device says, then, by a person,
// on the device.
func obvious(dut *DUT) {
	Unit("c", "no sensor that the device has is missing in the declaration", func(ctx context.Context) {
		rows := Declared(ctx, dut, "22-ExtSens")
		all := append(tracks(ctx, dut), values(ctx, dut)...)
		if len(all) > 0 {
			Each("hint at a sensor", all, func(h hint) { h.match(rows) })
		}
		Note(ctx, "%s", found(all))
		Lack("walk over lens, holes, grilles, windows and labels with the declaration in hand, open the casing where doubt remains, and answer: assay answer RUN",
			"nothing that the device says points to a sensor beyond %s; what it does not speak of is seen on its casing alone", named(rows))
	}, Climbs(provisions.LAN))
}

// A hint is a sign of a sensor.
type hint struct {
	kind  []string // its words, of senses
	where string
	talks bool // it is a track of sound, which may also lead to a loudspeaker
	track bool // it is a stream of what the sensor feels; else a value, which may be of somewhere else
}

// match holds a hint against the declaration.
func (h hint) match(rows []device.Row) {
	if slices.ContainsFunc(rows, func(r device.Row) bool { return declared.Says(declared.Text(r, "Description"), h.kind...) }) {
		return
	}
	if !h.track {
		Propose(Fail, "the device gives %s, and 22-ExtSens names no such sensor (%s); confirm that the value is of a sensor of the device", h.where, h.kind[0])
	}
	if h.talks {
		Propose(Fail, "the device gives %s, and 22-ExtSens names no such sensor (%s); confirm that the track leads from the device, and not to its loudspeaker", h.where, h.kind[0])
	}
	Expect(rows).To(ContainElement(h.kind[0]), "the device gives %s, and 22-ExtSens names no such sensor: declare it, and tell the user", h.where)
}

// tracks are those of the streams that the device describes to anybody, at each of two looks.
func tracks(ctx context.Context, dut *DUT) (out []hint) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol != "rtsp" {
			continue
		}
		o := Ask(ctx, seen.Of(dut, s), rtsp.Offers{Port: s.Addr.Port(), TLS: s.TLS})
		second := Ask(ctx, seen.Of(dut, s), rtsp.Offers{Port: s.Addr.Port(), TLS: s.TLS, Look: 1})
		for _, stream := range o.Streams {
			if !slices.ContainsFunc(second.Streams, func(again rtsp.Stream) bool { return again.String() == stream.String() }) {
				Doubt(ctx, "%s described the stream %s once, and not again", seen.Name(s), stream.Path)
				continue
			}
			for _, m := range stream.Media {
				kind := map[bool][]string{true: senses[0], false: senses[1]}[strings.HasPrefix(m, "video")]
				if strings.HasPrefix(m, "video") || strings.HasPrefix(m, "audio") {
					out = append(out, hint{kind, fmt.Sprintf("a track of %s in the stream %s at %s", m, stream.Path, seen.Name(s)), strings.HasPrefix(m, "audio"), true})
				}
			}
		}
		if o.Guarded != "" {
			Note(ctx, "%s asks for a log-in before it describes %s, whose tracks were not seen", seen.Name(s), o.Guarded)
		}
	}
	return out
}

// quantities are names of fields by which devices give what a sensor feels: the whole name, or its beginning before "_".
var quantities = map[string][]string{
	"humidity": senses[4], "rh": senses[4], "moisture": senses[4],
	"lux": senses[5], "illuminance": senses[5], "ambientlight": senses[5],
	"temperature": senses[3], "temp": senses[3],
	"co2": senses[8], "voc": senses[8], "pm25": senses[8], "pm2": senses[8], "pm10": senses[8], "airquality": senses[8],
	"motion": senses[2], "occupancy": senses[2], "pir": senses[2],
	"noise": senses[1], "soundlevel": senses[1], "spl": senses[1],
	"barometer": senses[10], "hpa": senses[10],
	"heartrate": senses[11],
}

// ofParts are words of a path that make a value one of the device's own parts, or of elsewhere.
var ofParts = []string{"cpu", "soc", "core", "chip", "board", "battery", "psu", "disk", "target", "set", "setting", "config", "limit", "min", "max", "weather", "forecast", "outdoor", "colour", "color"}

// values are what functions give to who is logged in.
func values(ctx context.Context, dut *DUT) (out []hint) {
	if !dut.May(provisions.Intrusive) {
		NotClimbed(ctx, provisions.LAN, "the API was not read by who is logged in, which is intrusive")
		return nil
	}
	if dut.IXIT().SoftServ == nil {
		return nil
	}
	for _, s := range *dut.IXIT().SoftServ {
		for _, f := range s.Functions {
			if f.Read == nil || f.Login == "" {
				continue
			}
			a := Ask(ctx, dut, operate.Fields{Service: s.ID, Function: f.Name, As: f.Login})
			if !a.Admitted {
				Note(ctx, "%s of %s was not to be read as %s: %s", f.Name, s.ID, f.Login, a.Why)
			}
			for _, field := range a.Fields {
				if kind := quantity(field); kind != nil {
					out = append(out, hint{kind, fmt.Sprintf("the %s %s in %s of %s", field.Kind, field.Path, f.Name, s.ID), false, false})
				}
			}
		}
	}
	return out
}

// quantity is the kind of sensor that a field speaks of; nil: none.
func quantity(f operate.Named) []string {
	parts := strings.FieldsFunc(strings.ToLower(f.Path), func(r rune) bool { return strings.ContainsRune("/_-. ", r) })
	if f.Kind == "text" || len(parts) == 0 || slices.ContainsFunc(parts, func(p string) bool { return slices.Contains(ofParts, p) }) {
		return nil
	}
	name := strings.ToLower(f.Path[strings.LastIndex(f.Path, "/")+1:])
	if kind := quantities[strings.NewReplacer("_", "", "-", "").Replace(name)]; kind != nil {
		return kind
	}
	first, _, _ := strings.Cut(name, "_")
	return quantities[first]
}

func found(all []hint) string {
	if len(all) == 0 {
		return "no hint at a sensor was found in streams and answers"
	}
	var out []string
	for _, h := range all {
		out = append(out, h.where)
	}
	return "hints at sensors: " + strings.Join(out, "; ")
}

func named(rows []device.Row) string {
	if len(rows) == 0 {
		return "none"
	}
	var out []string
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return strings.Join(out, ", ")
}
