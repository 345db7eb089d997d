// Package storage holds the units of clause 5.4: securely store sensitive security parameters.
//
// Its one idea: a parameter is judged by its row. What it is says how it must be kept, and what keeps it says what that is
// worth; and a key that another table speaks of must have a row.
package storage

import (
	"context"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

const table = "10-SecParam"

// parameters are the rows of 10-SecParam.
func parameters(ctx context.Context, dut *harness.DUT) []device.Row {
	return harness.Declared(ctx, dut, table)
}

// among keeps the rows of one sort.
func among(rows []device.Row, which func(device.Row) bool) (out []device.Row) {
	for _, r := range rows {
		if which(r) {
			out = append(out, r)
		}
	}
	return out
}

// critical tells whether a row is declared as critical.
func critical(r device.Row) bool { return strings.EqualFold(declared.Text(r, "Type"), "critical") }

// all is what a row says of the parameter itself and where it comes from.
func all(r device.Row) string {
	return declared.Text(r, "Description") + ".\n" + declared.Text(r, "Provisioning Mechanism") + ".\n" + declared.Text(r, "Generation Mechanism")
}

// Words by which a row flags a parameter as hard-coded, as an identity and in the software.
var (
	identityFlags = []string{"hard-coded identity", "hard coded identity", "hardcoded identity", "hard-coded device identity", "hard-coded unique*", "hard coded unique*", "hardcoded unique*", "hard-coded per-device*"}
	sourceFlags   = []string{"hard-coded", "hardcoded", "hard coded"}
)

// isIdentity tells whether a row is flagged as a hard-coded identity of its device.
func isIdentity(r device.Row) bool { return declared.Affirms(all(r), identityFlags...) != "" }

// isHardCoded tells whether a row is flagged as hard-coded in the software.
func isHardCoded(r device.Row) bool {
	return !isIdentity(r) && declared.Affirms(all(r), sourceFlags...) != ""
}

// none ends the unit where no row is of a sort, unless a condition says that there is one, or none is stated.
func none(dut *harness.DUT, what string, conditions ...string) {
	stated := len(conditions) == 0
	for _, c := range conditions {
		holds, said := dut.File.States(c)
		if holds {
			harness.Inconclude("10-SecParam has %s, and %s is stated to hold: one of them is wrong", what, c)
		}
		stated = stated || said
	}
	if !stated {
		harness.Lack("state "+strings.Join(conditions, " or ")+" in the device file", "10-SecParam has %s, and %s is not stated", what, strings.Join(conditions, " or "))
	}
	harness.Vacuous("10-SecParam has %s", what)
}

// named are the IDs of rows.
func named(rows []device.Row) string {
	var out []string
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return strings.Join(out, ", ")
}
