package installation

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/declared"
)

// The fields of 2-UserInfo that say where the guides are.
const (
	setUp       = "Documentation of Secure Setup"
	setUpCheck  = "Documentation of Setup Check"
	maintenance = "Documentation of Maintenance Check"
)

// guide is the way to a guide, in words; a supplier who says that there is none is convicted.
func guide(ctx context.Context, dut *DUT, field string) string {
	text := declared.Document(ctx, dut, field)
	Expect(declared.NoDocument(text)).To(BeFalse(), "2-UserInfo says that there is no such guide: %q (%s)", text, field)
	return text
}

// parameters are what a check of the set-up must look at: what the user decides, and the services that he can configure.
func parameters(ctx context.Context, dut *DUT) string {
	var out []string
	for _, row := range Declared(ctx, dut, "26-UserDec") {
		out = append(out, row.ID+" "+row.Fields["Description"])
	}
	if rows := dut.IXIT().SoftServ; rows != nil {
		for _, row := range Declared(ctx, dut, "13-SoftServ") {
			if declared.Names(row, "Allows Configuration", "yes", "true", "y") {
				out = append(out, row.ID+" "+row.Fields["Description"])
			}
		}
	}
	if len(out) == 0 {
		return "no decision and no service that can be configured is declared"
	}
	return strings.Join(out, " | ")
}
