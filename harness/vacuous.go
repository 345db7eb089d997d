package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/provisions"
)

// completeness are the units that show whether a table names all that there is.
var completeness = map[string][]string{
	"1-AuthMech": {"5.1-1-2a"}, "11-ComMech": {"5.5-5-2b"}, "15-Intf": {"5.6-1-2b"}, "15-PhyIntf": {"5.6-1-2b"},
	"28-LogIntf": {"5.6-1-2c", "5.5-5-2b", "5.13-1B-2b"}, "27-UserIntf": {"5.13-1-2b", "5.13-1A-2a"}, "28-ExtAPI": {"5.13-1-2c"},
}

// emptied are the conditions and features that do not hold where a table is empty; those of the other edition are not stated.
var emptied = map[string][]string{
	"1-AuthMech": {"C(1)", "C(8)", "F(a)", "F(c)", "F(d)"}, "7-UpdMech": {"C(12)", "F(g)"}, "10-SecParam": {"C(16)", "F(k)"},
	"20-SecBoot": {"F(s)"}, "21-PersData": {"C(7)", "F(z)"}, "22-ExtSens": {"F(v)"}, "24-TelData": {"C(6)", "F(w)"},
}

// unfounded says why a vacuous PASS does not hold (rule VACUOUS): the tables that it speaks of must be there, over a name; where
// one says "none" the conditions must agree; and the units that show the tables complete must not have failed.
func (f folding) unfounded(o Opening, u *provisions.Unit, by map[string]Verdict) string {
	if f.file == nil {
		return "" // there is no declaration to hold it against: the suite that says so read one
	}
	if o.Authorisation == nil || o.Authorisation.By == "" {
		return "nobody's name stands under the declaration"
	}
	for _, table := range u.Method.Tables() {
		if why := f.lacking(o.Edition, table, by); why != "" && table != "ICS" {
			return why
		}
	}
	return ""
}

// lacking says what is wrong with one table.
func (f folding) lacking(e provisions.Edition, table string, by map[string]Verdict) string {
	rows, declared := f.file.Table(table)
	if !declared {
		return table + " is not declared"
	}
	if len(rows) == 0 {
		for _, c := range emptied[table] {
			if holds, stated := f.file.States(c); stated && holds {
				return fmt.Sprintf("%s says none, and %s is stated to hold", table, c)
			}
		}
		if stated := f.stated(e, emptied[table]); stated != "" {
			return fmt.Sprintf("%s says none, and %s is not stated", table, stated)
		}
	}
	for _, unit := range completeness[table] {
		if by[unit] == Fail {
			return fmt.Sprintf("%s, which shows whether %s is complete, failed", unit, table)
		}
	}
	return ""
}

// stated names the conditions of an edition of which the file states none; "" where one is stated, or there is none.
func (f folding) stated(e provisions.Edition, conditions []string) string {
	var mine []string
	for _, c := range conditions {
		if !conditionOf(e, c) {
			continue
		}
		if _, stated := f.file.States(c); stated {
			return ""
		}
		mine = append(mine, c)
	}
	return strings.Join(mine, " or ")
}

// conditionOf tells whether an edition depends on a condition anywhere.
func conditionOf(e provisions.Edition, c string) bool {
	return slices.ContainsFunc(provisions.Must().Provisions(e), func(p *provisions.Provision) bool { return slices.Contains(p.Conditions, c) })
}
