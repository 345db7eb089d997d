package updates

import (
	"context"
	"fmt"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// form is the one row of a flat table.
func form(ctx context.Context, dut *DUT, table string) device.Row {
	rows := Declared(ctx, dut, table)
	if len(rows) == 0 {
		Lack("fill in "+table, "%s is not filled in", table)
	}
	return rows[0]
}

// stated is what a field of a flat table says; one that is empty is lacking, one that says "none" convicts.
func stated(row device.Row, field string) (string, finding) {
	switch text := declared.Text(row, field); {
	case text == "":
		return "", lacks(fmt.Sprintf("write %s in %s", field, row.Table), "%s says nothing in %s", row.Table, field)
	case declared.None(text):
		return text, is(broken, "%s says that there is none in %s: %q", row.Table, field, text)
	default:
		return text, is(met, "%s: %s", row.Table, field)
	}
}
