package integrity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Undoable[operate.WriteFlash]()

// modified are the images that are put in the place of the genuine one: a bit flipped in its header, code and end, no signature, and
// one whose version is a mark that the network shows.
var modified = []string{"version-raised", "version-raised-zeroed", "bitflip-header", "bitflip-early", "bitflip-middle-2-resummed", "bitflip-middle-2", "bitflip-late-2", "bitflip-trailer", "signature-zeroed", "self-signed"}

// forged are those that only their signature gives away.
var forged = []string{"version-raised", "version-raised-zeroed", "signature-zeroed", "self-signed"}

// writable ends the unit where no image can be put in its place past the updater.
func writable(ctx context.Context, dut *DUT) {
	for _, o := range []string{"power-cycle", "read-version"} {
		if dut.File == nil || !operate.Declared(dut.File, o) {
			Lack("add operations: "+o+": to the device file", "the operation %s is not declared", o)
		}
	}
	if !operate.Flashes(dut.File) {
		NotClimbed(ctx, provisions.Operator, "no way is declared by which an image is put in its place past the updater")
		Lack("declare the operation write-image/flash, which writes the files in {image} by programmer, card or recovery download, and give a spare unit", "no modified image could be put in its place, so that the start was not tried")
	}
	if dut.File.Updates == nil {
		Lack("declare updates: with the genuine images n-1 and n", "there is no genuine image to modify")
	}
}

// refusedAtStart judges whether the device starts nothing but its maker's software.
func refusedAtStart(ctx context.Context, dut *DUT) {
	writable(ctx, dut)
	var tried []operate.Attack
	for _, a := range Ask(ctx, dut, operate.Attacks{}) {
		switch {
		case !slices.Contains(modified, a.Name):
		case a.Applies:
			tried = append(tried, a)
		default:
			Note(ctx, "the modification %s cannot be made: %s", a.Name, a.WhyNot)
		}
	}
	slices.SortFunc(tried, func(a, b operate.Attack) int { return slices.Index(modified, a.Name) - slices.Index(modified, b.Name) })
	if !slices.ContainsFunc(tried, func(a operate.Attack) bool { return slices.Contains(forged, a.Name) }) {
		Doubt(ctx, "no image could be made whose signature alone is wrong (updates: layout: signature, version): a sum that finds a flipped bit does not keep modified software from being started")
	}
	if dut.Quick() {
		tried = tried[:min(2, len(tried))]
	}
	if len(tried) == 0 {
		Inconclude("no modified image can be made from the images of the device file")
	}
	Note(ctx, "sample: consumed: its software was written past the updater")
	Each("modified image", tried, func(a operate.Attack) { stopped(ctx, dut, a) })
	control := Do(ctx, dut, operate.WriteFlash{Image: "n"})
	back(ctx, dut)
	if !control.Runs() {
		Inconclude("the genuine image %s, written by the same way, does not run (%s), so that no refusal shows anything", control.Claims, cameUp(control))
	}
	Note(ctx, "%d modified images were put in the place of the genuine one, which runs where it is put there the same way", len(tried))
	Note(ctx, "cap: the ways of basic effort that the operation write-image/flash stands for")
}

// stopped puts a modified image in its place, and once more where it runs.
func stopped(ctx context.Context, dut *DUT, a operate.Attack) {
	var got operate.Started
	genuine := func(version string) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(dut.File.Updates.Images)), func(i device.Image) bool { return i.Version == version })
	}
	for look := range 2 {
		back(ctx, dut)
		if got = Do(ctx, dut, operate.WriteFlash{Attack: a.Name}); !got.Runs() {
			if !got.Wrote {
				Inconclude("the modified image %s could not be put in its place (%s): a refusal to write it is none to start it", a.Name, got.Said)
			}
			if got.Version != "" && !genuine(got.Version) {
				Propose(Inconclusive, "with the modified image %s (%s) in its place the device runs version %q, which is that of no genuine image: see what runs", a.Name, a.Property, got.Version)
			}
			if look == 1 {
				Doubt(ctx, "the modified image %s was started once, and not when it was put in its place again", a.Name)
			}
			return
		}
	}
	if genuine(a.Claims) { // a genuine image of that version may lie in another slot
		Propose(Inconclusive, "with the modified image %s (%s) in its place the device runs version %s, which is the version of it and of a genuine image: see which of them runs", a.Name, a.Property, got.Version)
	}
	Expect(got.Runs()).To(BeFalse(), "the device runs modified software, twice: %s (%s), and it shows version %s, which is that of the modified image: verify what is started, from an anchor that cannot be changed", a.Name, a.Property, got.Version)
}

// back puts the genuine image n-1 in its place, unless it runs.
func back(ctx context.Context, dut *DUT) {
	genuine := dut.File.Updates.Images["n-1"].Version
	if got := Do(ctx, dut, operate.Run{Name: "read-version"}); got.OK && got.Shown["version"] == genuine {
		return
	}
	if got := Do(ctx, dut, operate.WriteFlash{Image: "n-1"}); !got.Runs() {
		Inconclude("the genuine image %s could not be put back in its place (%s)", genuine, cameUp(got))
	}
}

func cameUp(s operate.Started) string {
	switch {
	case !s.Wrote:
		return "it was not written: " + s.Said
	case s.Version == "":
		return s.Why
	}
	return "version " + s.Version + " runs"
}

// trigger is the modification that brings a detection about.
const trigger = "bitflip-middle-2"

// detected brings the device into the state of a detection, lets look, and puts the genuine image back.
func detected(ctx context.Context, dut *DUT, look func(operate.Started)) {
	writable(ctx, dut)
	back(ctx, dut)
	got := Do(ctx, dut, operate.WriteFlash{Attack: trigger})
	defer back(ctx, dut)
	switch {
	case !got.Wrote:
		Inconclude("the modified image could not be put in its place (%s), so that nothing was to be detected", got.Said)
	case got.Runs():
		Inconclude("the device runs the modified image and detects nothing (see 5.7-1-2a)")
	}
	look(got)
}

// webs are the ports of the device's pages, as its declaration names them, else as they are found.
func webs(ctx context.Context, dut *DUT) (out []operate.Front) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol == "http" && !s.Elsewhere {
			out = append(out, operate.Front{Port: s.Addr.Port(), TLS: s.TLS})
		}
	}
	return out
}

// telling are words of a page that says that the software was changed.
var telling = []string{"changed", "modified", "tamper*", "manipulat*", "not genuine", "integrity", "corrupt*", "damaged", "invalid signature", "signature is invalid", "not signed", "verification failed", "could not be verified", "unauthorised software", "unauthorized software"}

// says are the words by which some page tells of a change, and what the pages say where none of those words is in it.
func says(ctx context.Context, dut *DUT, pages []operate.Front, look int) (told, other string) {
	for _, p := range pages {
		p.Look = look
		if got := Ask(ctx, dut, p); got.Status > 0 {
			if w := declared.Affirms(got.Text, telling...); w != "" {
				return fmt.Sprintf("%q at TCP %d: %.160q", w, p.Port, got.Text), ""
			}
			if got.Text != "" {
				other = fmt.Sprintf("%.160q", got.Text)
			}
		}
	}
	return "", other
}

// alerted judges whether each notification that 20-SecBoot declares comes in the state of a detection.
func alerted(ctx context.Context, dut *DUT, rows []boot) {
	pages := webs(ctx, dut)
	if w, _ := says(ctx, dut, pages, 0); w != "" {
		Inconclude("the page speaks of changed software before there is any (%s), so that it would show nothing", w)
	}
	var first, second, other string
	var reached bool
	for look, to := range []*string{&first, &second} {
		detected(ctx, dut, func(s operate.Started) {
			there := webs(ctx, dut) // the page of a recovery may be elsewhere
			if *to, other = says(ctx, dut, there, look+1); *to == "" {
				for i := range there {
					there[i].After = soon(rows)
				}
				*to, other = says(ctx, dut, there, look+1)
			}
			reached = s.Version == "" || *to != ""
		})
		if *to != "" {
			break // it tells
		}
	}
	told := first + second
	if !reached && told == "" {
		Inconclude("with a modified image in its place the device shows its former version and tells of nothing: whether it went back or never looked is not shown")
	}
	Each("notification of 20-SecBoot", channelsOf(rows), func(a device.Alert) {
		if !declared.Says(a.Channel, "page", "web*", "status*") {
			NotClimbed(ctx, provisions.Guided, "whether it is told by %s was not looked at", a.Channel)
			return
		}
		if told == "" && other != "" {
			Propose(Fail, "the device stopped for changed software, and its page, by which 20-SecBoot has it told, says nothing of it in words that are known here, twice; confirm that this tells nobody: %s", other)
		}
		Expect(told).NotTo(BeEmpty(), "the device stopped for changed software, and its page, by which 20-SecBoot has it told, said nothing of it, twice")
		Note(ctx, "told by the page: %s", told)
	})
	if by := unseen(rows); len(by) > 0 {
		if len(by) == len(channelsOf(rows)) {
			Lack("write a modified image past the updater, see whether it is told by "+strings.Join(by, ", ")+", and answer: assay answer RUN", "by %s, by which 20-SecBoot has it told, a machine here hears nothing", strings.Join(by, ", "))
		}
		Propose(Pass, "the page tells of the change: %s; see that it is told by %s too", told, strings.Join(by, ", "))
	}
}

// longest is what a notice may take of which 20-SecBoot does not say how soon it comes.
const longest = 10 * time.Minute

// soon is how long the declared notices may take.
func soon(rows []boot) (most time.Duration) {
	for _, a := range channelsOf(rows) {
		within := time.Duration(a.WithinS * float64(time.Second))
		if within <= 0 || within > longest {
			within = longest
		}
		most = max(most, within)
	}
	return most
}

// channelsOf are the notifications that rows declare.
func channelsOf(rows []boot) (out []device.Alert) {
	for _, b := range rows {
		if len(b.Notify) == 0 {
			Lack("write the key notify of "+b.ID+" in 20-SecBoot: the channels, and how soon", "%s does not say in a form that can be looked for by what it tells: %q", b.ID, b.Notification)
		}
		out = append(out, b.Notify...)
	}
	return out
}

// unseen are the channels that only a person meets.
func unseen(rows []boot) (out []string) {
	for _, a := range channelsOf(rows) {
		if !declared.Says(a.Channel, "page", "web*", "status*") {
			out = append(out, a.Channel)
		}
	}
	return out
}

// quiet judges whether the device keeps no service in the state of a detection that its notice does not need.
func quiet(ctx context.Context, dut *DUT, rows []boot) {
	var twice [2][]string
	for look := range twice {
		reached := false
		detected(ctx, dut, func(s operate.Started) {
			reached = s.Version == ""
			twice[look] = beyond(ctx, dut, rows)
		})
		if !reached {
			Inconclude("with a modified image in its place the device runs a genuine version, as if it had gone back: the state of a detection was not reached")
		}
		if len(twice[look]) == 0 {
			break
		}
	}
	var kept []string
	for _, s := range twice[0] {
		if slices.Contains(twice[1], s) {
			kept = append(kept, s)
		}
	}
	Expect(kept).To(BeEmpty(), "after it found its software changed the device still serves %s, twice, which no notice of 20-SecBoot needs (Notification Functionality, remain)", strings.Join(kept, ", "))
	NotClimbed(ctx, provisions.Bench, "what the device sends by itself in this state was not captured")
	Lack("let the device stand on a bench, where its traffic is captured for 30 minutes in this state", "no service stayed open that the notice does not need; what the device sends was not seen")
}

// beyond are the services that are open and that no row lets remain.
func beyond(ctx context.Context, dut *DUT, rows []boot) (out []string) {
	for _, s := range seen.Services(ctx, dut) {
		remains := slices.ContainsFunc(rows, func(b boot) bool {
			return slices.ContainsFunc(b.Remain, func(p device.Peer) bool {
				return seen.At([]device.Endpoint{{Proto: p.Proto}}, "", s)
			})
		})
		if !remains {
			out = append(out, seen.Name(s))
		}
	}
	return out
}
