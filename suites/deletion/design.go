package deletion

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// targeting are the declared functions that delete at the device or at a service: by the typed key, or else by the Target Type.
func targeting(ctx context.Context, dut *DUT, target string) (out []device.DelFunc) {
	Declared(ctx, dut, "25-DelFunc")
	for _, f := range *dut.IXIT().DelFunc {
		service, own := declared.Says(f.Target, atService...), declared.Says(f.Target, atDevice...)
		if target == f.At || f.At == "" && (target == "service" && service || target == "device" && (own || !service)) {
			out = append(out, f)
		}
	}
	return out
}

// A trace is a row of the declaration that a user leaves: a datum, a secret, a setting.
type trace struct {
	ID, What string
	Setting  bool
}

// in tells whether a function covers a trace: by its ID, or as it says that it erases the settings.
func (t trace) in(f device.DelFunc) bool {
	return slices.Contains(f.Covers, t.ID) || t.Setting && declared.Affirms(f.Description, allSettings...) != ""
}

// traces are what the tables say that users leave on the device.
func traces(ctx context.Context, dut *DUT) (out []trace) {
	for _, d := range declared.Personal(ctx, dut) {
		if d.KeptByDevice() {
			out = append(out, trace{ID: d.ID, What: declared.Text(d.Row, "Description")})
		} else if d.Typed.Stored == nil {
			Doubt(ctx, "it is not said whether the device stores %s (stored)", d.Named())
		}
	}
	for _, row := range Declared(ctx, dut, "10-SecParam") {
		if ofUser(row) {
			out = append(out, trace{ID: row.ID, What: declared.Text(row, "Description")})
		} else {
			Note(ctx, "%s (%s) is not counted as a user's", row.ID, declared.Text(row, "Description"))
		}
	}
	for _, row := range Declared(ctx, dut, "26-UserDec") {
		out = append(out, trace{ID: row.ID, What: declared.Text(row, "Description"), Setting: true})
	}
	return out
}

// nothingToErase judges a device without a function that erases it: data and secrets of users that it keeps convict.
func nothingToErase(ctx context.Context, dut *DUT) {
	var what []string
	for _, t := range traces(ctx, dut) {
		if !t.Setting {
			what = append(what, t.ID+" ("+t.What+")")
		}
	}
	Expect(what).To(BeEmpty(), "users leave %s on the device, and no function of 25-DelFunc erases it there: give the owner one", strings.Join(what, ", "))
	Propose(Pass, "no data and no secrets of users are declared to be on the device; confirm it by the search for canaries in what the device answers (5.6-2-2a)")
}

// ofUser tells whether a security parameter belongs to a user, by how it comes to the device.
func ofUser(row device.Row) bool {
	text := strings.Join([]string{declared.Text(row, "Description"), declared.Text(row, "Provisioning Mechanism"), declared.Text(row, "Generation Mechanism")}, ". ")
	return !strings.EqualFold(declared.Text(row, "Type"), "public") && declared.Affirms(text, users...) != ""
}

// easy judges whether an ordinary user can start a function.
func easy(f device.DelFunc, hard []string) {
	if declared.Placeholder(f.Initiation) {
		Lack("write in 25-DelFunc how the function is started", "%s does not say how it is started (Initiation and Interaction)", f.ID)
	}
	word := declared.Affirms(f.Initiation, hard...)
	if word != "" && declared.Affirms(f.Initiation, simple...) != "" {
		Propose(Fail, "%s is started with %q; confirm that a layman cannot do it (Initiation and Interaction: %q)", f.ID, word, f.Initiation)
	}
	Expect(word).To(BeEmpty(), "%s is started only with %q, which is no way for a layman: give the owner a button, a menu or a page (Initiation and Interaction: %q)", f.ID, word, f.Initiation)
}

// anyEasy judges whether one of several functions can be started by an ordinary user: the others may be hard.
func anyEasy(functions []device.DelFunc, hard []string) {
	good := slices.DeleteFunc(slices.Clone(functions), func(f device.DelFunc) bool {
		return declared.Placeholder(f.Initiation) || declared.Affirms(f.Initiation, hard...) != ""
	})
	if len(good) == 0 {
		Each("deletion function", functions, func(f device.DelFunc) { easy(f, hard) })
	}
}

// erases judges whether a function erases, by its words.
func erases(f device.DelFunc) {
	if declared.Placeholder(f.Description) {
		Lack("write in 25-DelFunc what the function does to the data", "%s does not say what it does (Description)", f.ID)
	}
	text := f.Description + ". " + f.Initiation
	hides, erasing := declared.Affirms(text, hiding...), declared.Affirms(text, deleting...)
	if erasing == "" {
		Expect(hides).To(BeEmpty(), "%s does no more than %q: overwrite the data, or destroy the key that they are encrypted with (%q)", f.ID, hides, f.Description)
		Propose(Fail, "%s does not say what becomes of the data, in words that are known here; confirm that they are not erased (%q)", f.ID, f.Description)
	}
}

// Words of where a function deletes, and of parameters that belong to users.
var (
	atService = []string{"service*", "cloud", "server*", "account", "backend", "Dienst*"}
	atDevice  = []string{"device", "DUT", "hub", "unit", "local*", "Gerät"}
	users     = []string{"user", "users", "user's", "users'", "owner", "owner's", "owners", "guest", "guests", "password*", "passphrase*", "PIN", "token*", "pairing", "paired", "session*", "Wi-Fi", "WiFi", "WLAN", "network key*", "pre-shared*", "Nutzer*", "Passwort*"}
)

// Words of ways that a layman cannot go at the device or to a service, and of those that anybody can.
var (
	hardHere  = []string{"SSH", "serial", "UART", "JTAG", "service tool*", "service technician*", "technician*", "contact support", "contacting support", "support team", "call support", "hotline", "send the device", "sent to the maker", "returned to the maker", "command line", "shell", "root", "curl"}
	hardThere = []string{"by letter", "letter", "by post", "postal*", "by telephone", "by phone", "telephone", "hotline", "by e-mail", "by email", "contact support", "contacting support", "in writing", "deleting the whole account", "deleting the account", "deletes the account", "deletes his account", "account deletion"}
	simple    = []string{"button*", "menu", "menus", "app", "page", "pages", "display", "screen", "web*", "settings", "portal", "reset pin", "switch", "Taste"}
)

// Words of deletion that erases, and of what only looks like it.
var (
	deleting = []string{"erase*", "overwrit*", "delet*", "wipe*", "wiping", "format*", "destroy*", "shred*", "zeroi*", "discard*", "crypto-erase", "removed from the store", "removed from the storage", "gelöscht", "löscht", "überschr*"}
	hiding   = []string{"hide", "hides", "hidden", "hiding", "unlink*", "un-link*", "unbind*", "unpair*", "log out", "logs out", "logged out", "sign out", "signs out", "signed out", "removed from the account", "removes it from the account", "reset of settings", "resets the settings", "settings only"}

	allSettings = []string{"settings", "configuration", "everything", "all data", "all user data", "factory state", "factory settings", "factory defaults", "factory reset", "Einstellungen", "Werkszustand"}
)
