package integrity

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.7-2", func(dut *DUT) {
	TestCase("5.7-2-1", func() {
		Unit("a", "whoever owns the device is told of a change", func(ctx context.Context) {
			Each("detection of 20-SecBoot", detecting(ctx, dut), told)
		}, Climbs(provisions.Declared))

		Unit("b", "after a detection the device talks no more than telling of it needs", func(ctx context.Context) {
			Each("detection of 20-SecBoot", detecting(ctx, dut), func(b boot) { remains(ctx, b) })
		}, Climbs(provisions.Declared))
	})

	TestCase("5.7-2-2", func() {
		Unit("a", "each declared notice of a change is given", func(ctx context.Context) {
			alerted(ctx, dut, detecting(ctx, dut))
		}, Climbs(provisions.Firmware, provisions.Operator))

		Unit("b", "after a detection the device serves no more than its notice needs", func(ctx context.Context) {
			quiet(ctx, dut, detecting(ctx, dut))
		}, Climbs(provisions.Firmware, provisions.Operator))
	})
})

// detecting are the rows that detect something. To claim the reaction and have nothing that detects is a FAIL, no way out.
func detecting(ctx context.Context, dut *DUT) (out []boot) {
	for _, b := range boots(ctx, dut) {
		if !declared.None(b.Detection) {
			out = append(out, b)
		}
	}
	if len(out) == 0 {
		claimed := dut.File.Claims("5.7-2").Support
		Expect(claimed).NotTo(Equal("Y"), "5.7-2 is claimed, and 20-SecBoot detects no change that it could react to")
		Inconclude("20-SecBoot detects no change, and 5.7-2 is not claimed: there is no reaction to judge")
	}
	return out
}

// Words of channels that people meet, and of what tells nobody.
var (
	channels = []string{"light*", "LED*", "lamp*", "blink*", "display*", "screen*", "app", "push*", "mail*", "e-mail*", "email*", "page", "web*", "sound*", "beep*", "tone*", "voice*", "message*", "SMS", "notification*", "notice*", "banner*", "user is told", "users are told", "alert*", "speaker*"}
	silent   = []string{"log", "logs", "log file", "log entry", "logged", "syslog", "reboot*", "restart*", "silently", "nobody is told", "stays silent"}
	advice   = []string{"how to", "what to do", "restore*", "contact", "support", "call", "return*", "reinstall*", "service", "replace*"}
)

// told judges whether a detection is told to somebody who meets the device.
func told(b boot) {
	text := declared.Text(b.row, "User Notification")
	if text == "" && len(b.Notify) == 0 {
		Lack("write in 20-SecBoot how users are told: User Notification", "%s says nothing in %q", b.ID, "User Notification")
	}
	Expect(declared.None(text)).To(BeFalse(), "%s tells nobody of a change that it detects: %q (User Notification)", b.ID, text)
	for _, a := range b.Notify {
		text += ". " + a.Channel
	}
	channel := declared.Affirms(text, channels...)
	quiet := declared.Affirms(text, silent...)
	Expect(channel == "" && quiet != "").To(BeFalse(), "%s answers a detection with %q, which nobody meets who uses the device: %q (User Notification)", b.ID, quiet, text)
	if channel == "" {
		Propose(Inconclusive, "%s names no channel that is known here; judge whether a user or administrator meets it: %q", b.ID, text)
	}
	if declared.Affirms(text, advice...) == "" {
		Propose(Inconclusive, "%s tells of a change by %q; see whether it says what to do: %q", b.ID, channel, text)
	}
	Propose(Pass, "%s tells of a change by %q and says what to do; judge whether it is met in daily use: %q", b.ID, channel, text)
}

// Words of networking that no notice needs, of what only recovery needs, and protocols that carry no notice.
var (
	wideOpen   = []string{"normal service*", "normal operation*", "usual service*", "all services", "all functions", "all functionality", "full functionality", "every service", "everything", "cloud control", "remote control", "stream*", "remote administration", "remote access", "remote management", "as before", "unrestricted", "continues to work"}
	recovering = []string{"update*", "recovery", "download*", "restore*"}
	foreign    = []string{"ssh", "telnet", "rtsp", "ftp", "rdp", "vnc", "smb"}
)

// remains judges what a device still does on the network after a detection.
func remains(ctx context.Context, b boot) {
	const field = "Notification Functionality"
	text := declared.Text(b.row, field)
	if text == "" && len(b.Remain) == 0 && !declared.None(b.Functionality) {
		Lack("write in 20-SecBoot what the device still does on the network after a detection: "+field, "%s says nothing in %q", b.ID, field)
	}
	open := declared.Affirms(text, wideOpen...)
	Expect(open).To(BeEmpty(), "%s keeps more than a notice needs after a detection, %s: %q (%s)", b.ID, open, text, field)
	for _, p := range b.Remain {
		if declared.Says(p.Proto, foreign...) {
			Propose(Fail, "%s still talks %s with %s after a detection; confirm that no notice goes by it (remain)", b.ID, p.Proto, p.Peer)
		}
	}
	if w := declared.Affirms(text, recovering...); w != "" {
		Note(ctx, "%s keeps %s after a detection: it serves recovery, and no notice", b.ID, w)
	}
	Propose(Pass, "%s keeps this alone after a detection; judge whether each part of it serves the notice %q: %q%s", b.ID, declared.Text(b.row, "User Notification"), text, peers(b.Remain))
}

// peers spells out whom a device still talks to.
func peers(all []device.Peer) string {
	var out []string
	for _, p := range all {
		out = append(out, p.Peer+" by "+p.Proto)
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, ", ") + ")"
}
