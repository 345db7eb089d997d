package declared

import (
	"context"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
)

// A Datum is a row of 21-PersData: as text, and with its typed keys.
type Datum struct {
	device.Row
	Typed device.PersData
}

// Named is how a reason calls it: "PersData-1 (Recordings of the user)".
func (d Datum) Named() string {
	if text := Text(d.Row, "Description"); text != "" {
		return d.ID + " (" + text + ")"
	}
	return d.ID
}

// Personal are the rows of 21-PersData.
func Personal(ctx context.Context, dut *harness.DUT) (out []Datum) {
	typed := dut.IXIT().PersData
	for i, row := range harness.Declared(ctx, dut, "21-PersData") {
		d := Datum{Row: row}
		if typed != nil && i < len(*typed) {
			d.Typed = (*typed)[i]
		}
		out = append(out, d)
	}
	return out
}

// OnConsent are the data that are processed on consent: by the typed key, or as the row says how consent is obtained.
func OnConsent(all []Datum) []Datum {
	return slices.DeleteFunc(slices.Clone(all), func(d Datum) bool {
		text := Text(d.Row, "Obtaining Consent")
		return d.Typed.Consent == device.No || !d.Typed.Consent.Yes() && (text == "" || None(text) || Says(text, noConsent...))
	})
}

// noConsent are words of a row that is processed on another ground than consent.
var noConsent = []string{"not needed", "not required", "not necessary", "no consent", "not consent-based", "not based on consent", "legitimate interest", "performance of the contract", "legal obligation"}

// Sent tells whether a datum leaves the device: by its mechanisms and typed endpoints, or in the words of its row.
func (d Datum) Sent() bool {
	return len(d.Lists["Communication Mechanisms"]) > 0 || len(d.Typed.Endpoints) > 0 || Affirms(Text(d.Row, "Processing Activities"), sent...) != ""
}

// ToService tells whether a datum goes to an associated service or to somebody behind one.
func (d Datum) ToService() bool {
	return len(d.Typed.Endpoints) > 0 || slices.Contains(d.Typed.Stored, "service") || Affirms(Text(d.Row, "Processing Activities"), services...) != ""
}

// KeptByService tells whether an associated service stores a datum: by the typed key, or else in the words of its row.
func (d Datum) KeptByService() bool {
	if d.Typed.Stored != nil {
		return slices.Contains(d.Typed.Stored, "service")
	}
	return d.ToService() && d.says(kept...)
}

// KeptByDevice tells whether the device stores a datum: by the typed key, or else in the words of its row.
func (d Datum) KeptByDevice() bool {
	if d.Typed.Stored != nil {
		return slices.Contains(d.Typed.Stored, "device")
	}
	return Affirms(Text(d.Row, "Processing Activities"), onDevice...) != ""
}

func (d Datum) says(words ...string) bool {
	return Affirms(strings.Join([]string{Text(d.Row, "Processing Activities"), Text(d.Row, "Lifecycle")}, ". "), words...) != ""
}

// Words of rows: that a datum leaves the device, that it goes to a service, that it is kept, and that the device keeps it.
var (
	sent     = []string{"sent", "sends", "send", "transmitted", "transmits", "transferred", "transfers", "upload*", "streamed", "forwarded", "synchronis*", "synchroniz*", "übertragen", "gesendet"}
	services = []string{"cloud", "service", "services", "server", "servers", "backend", "back-end", "analytics", "partner", "partners", "third party", "third parties", "our account", "Dienst"}
	kept     = []string{"kept", "stored", "saved", "archived", "retained", "keeps", "stores", "held", "gespeichert"}
	onDevice = []string{"on the device", "in the device", "on-device", "device keeps", "device stores", "kept locally", "stored locally", "local storage", "auf dem Gerät"}
)
