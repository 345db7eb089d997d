package updates

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

var today = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// read makes a mechanism of a row of 7-UpdMech.
func read(t *testing.T, row string) mechanism {
	t.Helper()
	var f device.File
	if err := yaml.Unmarshal([]byte("edition: V2.1\nixit:\n  7-UpdMech:\n    - {ID: UpdMech-1, Description: d, "+row+"}\n"), &f); err != nil {
		t.Fatalf("%s: %v", row, err)
	}
	text, _ := f.Table("7-UpdMech")
	return mechanismOf((*f.IXIT.UpdMech)[0], text[0])
}

// A text in other words than expected convicts nobody, and what is plainly said does.
func TestMechanisms(t *testing.T) {
	weakToday := func(m mechanism) finding { return weak(m, today) }
	update := func(m mechanism) finding { return controlled(m, "config.update", m.config.Update) }
	for _, c := range []struct {
		name  string
		judge func(mechanism) finding
		row   string
		want  standing
	}{
		{"no key is no evidence", design, `Cryptographic Details: "The bootloader verifies everything."`, open},
		{"nothing said", design, ``, lacking},
		{"signed, older ones refused", design, `anti_rollback: true, upd: {signature: {alg: ed25519, owner: x, covers: image}, verify: {source: k, before: boot, integrity_by: device}}`, fitting},
		{"older ones not spoken of", design, `upd: {signature: {alg: ed25519, owner: x, covers: image}, verify: {source: k, before: boot, integrity_by: device}}`, open},
		{"older ones denied", older, `Cryptographic Details: "It is not so that older versions may be installed."`, open},
		{"older ones let in", older, `Cryptographic Details: "Older signed versions may be installed."`, contrary},
		{"a part is signed", design, `upd: {signature: {alg: ed25519, covers: part}, verify: {source: k, before: write}}`, broken},
		{"no signature, and a verified channel", altered, `upd: {trust: authenticated-channel, signature: {alg: none}}`, open},
		{"no signature, and nothing else", altered, `upd: {trust: other, signature: {alg: none}}`, broken},
		{"checked by an app", altered, `upd: {signature: {alg: ed25519, covers: image}, verify: {before: write, integrity_by: app}}`, open},

		{"lay and expert ways", simple, `upd: {initiation: [serial, app]}`, fitting},
		{"a USB stick", simple, `upd: {initiation: [usb-file]}`, contrary},
		{"a command line", simple, `upd: {initiation: [cli]}`, broken},
		{"all by itself", automatic, `upd: {check: auto, apply: auto-configurable}`, met},
		{"on or off is for a person", switchedOn, `upd: {check: auto, apply: auto}, Configuration: "It can be switched."`, lacking},
		{"it cannot be switched", switchedOn, `upd: {check: auto, apply: auto}, Configuration: none`, met},
		{"switchable, and off", switchedOn, `upd: {check: auto, apply: auto-configurable}, config: {update_default: "off"}`, broken},
		{"who fetches is the user", automatic, `upd: {check: auto, fetch: user, apply: auto}`, broken},
		{"who fetches is asked in V3.1", automatable, `upd: {check: auto, apply: auto}`, lacking},
		{"by itself, begun by hand", automatic, `upd: {initiation: [cli], check: auto, apply: auto}`, lacking},

		{"control not spoken of", update, `Configuration: "The user may switch it."`, lacking},
		{"no control", update, `config: {update: []}`, broken},
		{"postpone alone", update, `config: {update: [postpone]}`, met},
		{"enable alone", update, `config: {update: [enable]}`, lacking},
		{"notices cannot be disabled", switchable, `config: {notify: [enable]}`, broken},

		{"no check again", looksAgain, `check: {period: never}`, broken},
		{"a rare check", looksAgain, `check: {period: 30d}`, fitting},
		{"the user checks, and the device", looksItself, `upd: {check: user}, check: {by: device}`, lacking},

		{"other words for authenticity", promising, `Security Guarantees: [integrity, made by us]`, open},
		{"no authenticity", promising, `Security Guarantees: [integrity, confidentiality]`, broken},
		{"promises nothing", promising, `Security Guarantees: []`, broken},
		{"a signature in other words", resting, `Cryptographic Details: "The image is signed by us, its SHA-256 with it."`, fitting},
		{"a hash alone", resting, `Cryptographic Details: "SHA-256 of the image from the same server."`, contrary},
		{"a hash, and no signature", resting, `Cryptographic Details: "SHA-256 of the image, without a signature."`, contrary},
		{"encryption alone", resting, `Cryptographic Details: "The image is encrypted with AES-256-CBC."`, contrary},
		{"a MAC", resting, `Cryptographic Details: "HMAC-SHA-256 with a key of each unit."`, open},
		{"words of our own", resting, `Cryptographic Details: "The chip does it."`, open},

		{"SHA-1 denied", weakToday, `Cryptographic Details: "Ed25519. SHA-1 is not used, TLS 1.0 is switched off."`, fitting},
		{"SHA-1", weakToday, `Cryptographic Details: "ECDSA with SHA-1."`, contrary},
		{"RSA of 1024 bits", weakToday, `upd: {signature: {alg: rsa-1024}}`, broken},
		{"TLS 1.1", weakToday, `Cryptographic Details: "Ed25519.", crypto: {tls_min: "1.1"}`, broken},
		{"own cryptography", weakToday, `Cryptographic Details: "A scheme of ours."`, open},
		{"a public key that all units have", attackable, `Cryptographic Details: "Ed25519; the public key is the same for all units. TLS with AES-GCM."`, fitting},
		{"a secret key that all units have", attackable, `Cryptographic Details: "AES-CMAC, one key for all units."`, contrary},
		{"a test key", attackable, `Cryptographic Details: "Ed25519 with the test key of MCUboot."`, contrary},
		{"no test key", attackable, `Cryptographic Details: "Ed25519, with no test key in sold units."`, fitting},

		{"no target", authentic, `upd: {verify: {source: k, target: none, before: write}}`, broken},
		{"target not said", authentic, `upd: {verify: {source: k, before: write}}`, lacking},
		{"verified at the start", authentic, `upd: {verify: {source: k, target: model, before: boot}}`, open},
		{"an address and a key", trusted, `upd: {trust: authenticated-channel, anchor: "the certificate of the server's domain"}`, fitting},
		{"an address", trusted, `upd: {trust: authenticated-channel, anchor: "the address of the server"}`, contrary},
		{"trust in a signature that is none", trusted, `upd: {trust: signature, anchor: k, signature: {alg: none}}`, broken},

		{"no notice", apparent, `User Notification: none`, broken},
		{"notice by mail and log", apparent, `upd: {notice: {channel: [mail, log], trigger: t}}`, fitting},
		{"notice by log", apparent, `upd: {notice: {channel: [log, changelog], trigger: t}}`, broken},
		{"notice in words", apparent, `User Notification: "The lamp turns yellow."`, open},
		{"risk named", risks, `upd: {notice: {text: "It mends CVE-2026-1234."}}`, fitting},
		{"security alone", risks, `upd: {notice: {text: "A security update is there."}}`, open},
		{"new version alone", risks, `upd: {notice: {text: "Bug fixes."}}`, contrary},
		{"never disrupts", func(m mechanism) finding { return warned(m, onDevice) }, `upd: {disrupts: no}`, fitting},
		{"told by the app alone", func(m mechanism) finding { return warned(m, onDevice) }, `upd: {disrupts: yes, notice: {channel: [app-push], disruption: yes, on_device: no}}`, broken},
		{"told by the app alone, V3.1", func(m mechanism) finding { return warned(m, anywhere) }, `upd: {disrupts: yes, notice: {channel: [app-push], disruption: yes, on_device: no}}`, met},
	} {
		if got := c.judge(read(t, c.row)); got.standing != c.want || got.why == "" {
			t.Errorf("%s: %d %q, want %d", c.name, got.standing, got.why, c.want)
		}
	}
}

func TestComponents(t *testing.T) {
	none := []string{}
	for _, c := range []struct {
		name string
		row  device.SoftComp
		e    provisions.Edition
		want standing
	}{
		{"says nothing", device.SoftComp{}, provisions.V21, lacking},
		{"no reason", device.SoftComp{UpdMechs: none, Description: "Wi-Fi module"}, provisions.V21, contrary},
		{"cost", device.SoftComp{UpdMechs: none, Reason: "other", Description: "Wi-Fi module, too expensive to update"}, provisions.V21, contrary},
		{"low cost is no reason given", device.SoftComp{UpdMechs: none, Reason: "radio-core", Description: "Low-cost module"}, provisions.V21, fitting},
		{"radio core in V3.1", device.SoftComp{UpdMechs: none, Reason: "radio-core", Description: "Radio"}, provisions.V31, contrary},
		{"immutable", device.SoftComp{UpdMechs: none, Description: "Mask ROM"}, provisions.V31, fitting},
		{"another reason", device.SoftComp{UpdMechs: none, Reason: "other", Description: "Holds the licence of a third party"}, provisions.V31, open},
	} {
		if got := excused(component{SoftComp: c.row}, c.e); got.standing != c.want {
			t.Errorf("%s: %d %q, want %d", c.name, got.standing, got.why, c.want)
		}
	}
	c := component{SoftComp: device.SoftComp{ID: "SoftComp-1", UpdMechs: []string{"a", "b"}}, mechanisms: []mechanism{{}, {UpdMech: device.UpdMech{ID: "b"}}}}
	got := c.any(func(m mechanism) finding {
		if m.ID == "b" {
			return is(fitting, "b")
		}
		return is(broken, "a")
	})
	if got.standing != fitting || !strings.Contains(got.why, "SoftComp-1") || strings.Contains(got.why, "a;") {
		t.Errorf("one mechanism suffices: %+v", got)
	}
}

func TestDecisions(t *testing.T) {
	choice := func(text, effect string) device.UserDec {
		return device.UserDec{ID: "UserDec-1", Options: "o", Choices: []device.Choice{{Text: text, Effect: effect}, {Text: "x", Effect: "y"}}}
	}
	for _, c := range []struct {
		name   string
		d      device.UserDec
		should string
		want   standing
	}{
		{"yes, on", choice("Yes, please", "automatic updates on"), "on", fitting},
		{"yes, with a no in it", choice("Yes", "updates are installed by night, with no question"), "on", open},
		{"yes, off", choice("Yes", "automatic updates stay off"), "on", contrary},
		{"not automatically is no yes", choice("Do not update automatically", "off"), "on", lacking},
		{"no, off", choice("No", "automatic updates are off"), "off", fitting},
		{"no, on the device", choice("No", "nothing is installed on the device"), "off", open},
		{"no, on", choice("No", "automatic updates stay on"), "off", contrary},
		{"no, shut out", choice("No", "automatic updates off; the device cannot be used"), "off", contrary},
		{"no effect said", choice("No", ""), "off", lacking},
	} {
		words, others := agreeing, declining
		if c.should == "off" {
			words, others = declining, nil
		}
		if got := effect(c.d, words, others, c.should); got.standing != c.want {
			t.Errorf("%s: %d %q, want %d", c.name, got.standing, got.why, c.want)
		}
	}
}

func TestChoices(t *testing.T) {
	for _, c := range []struct {
		d    device.UserDec
		want standing
	}{
		{device.UserDec{Options: "Yes, or no"}, met},
		{device.UserDec{Options: "Daily, or weekly", Choices: []device.Choice{{Text: "daily"}, {Text: "weekly"}}}, lacking},
		{device.UserDec{Options: "Choose", Choices: []device.Choice{{Text: "Keep me safe", Effect: "automatic updates on"}, {Text: "I care for it", Effect: "automatic updates off"}}}, met},
		{device.UserDec{Options: "Yes", Choices: []device.Choice{{Text: "Yes"}}}, broken},
	} {
		if got := choices(c.d); got.standing != c.want {
			t.Errorf("%+v: %d %q, want %d", c.d, got.standing, got.why, c.want)
		}
	}
}

func TestPublications(t *testing.T) {
	for _, c := range []struct {
		period, place, until string
		want                 standing
	}{
		{"At least five years from the date of sale", "https://x.example/support", "", fitting},
		{"For the lifetime of the product, until 2031 at least", "https://x.example/support", "", fitting},
		{"For the lifetime of the product", "https://x.example/support", "", contrary},
		{"See the table", "https://x.example/support", "", open},
		{"Until 2031", "On request", "", contrary},
		{"Until 2031", "https://x.example/support, with no log-in required", "", fitting},
		{"Until 2031", "", "", lacking},
		{"Until 2031", "none", "", broken},
	} {
		row := device.Row{Table: "2-UserInfo", Fields: map[string]string{"Support Period": c.period, "Publication of Support Period": c.place}}
		if got := supported(row, device.UserInfo{DefinedSupportUntil: c.until}); got.standing != c.want {
			t.Errorf("%q, %q: %d %q, want %d", c.period, c.place, got.standing, got.why, c.want)
		}
	}
	for frame, want := range map[string]standing{"7 days": fitting, "within two weeks": fitting, "as soon as possible": contrary, "as soon as possible, at most 30 days": fitting, "by the policy of the group": open, "": broken} {
		row := device.Row{Table: "8-UpdProc", ID: "UpdProc-1", Fields: map[string]string{"Description": "d", "Time Frame": frame}}
		if got := timely(row, nil); got.standing != want {
			t.Errorf("%q: %d %q, want %d", frame, got.standing, got.why, want)
		}
	}
}

func TestWorstAndBest(t *testing.T) {
	a, b, c := is(broken, "a"), lacks("n", "b"), is(fitting, "c")
	if got := worst(c, a, b); !reflect.DeepEqual(got, a) {
		t.Errorf("worst: %+v", got)
	}
	if got := best(a, b, b); !reflect.DeepEqual(got, b) {
		t.Errorf("best, each reason once: %+v", got)
	}
}
