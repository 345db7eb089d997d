package updates

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// A mechanism is a row of 7-UpdMech: its text, and its typed keys, of which those that are not written say nothing.
type mechanism struct {
	device.UpdMech
	text   device.Row
	upd    device.Upd
	sign   device.Signature
	verify device.Verify
	notice device.Notice
	check  device.UpdateCheck
	config device.UpdConfig
}

func mechanismOf(m device.UpdMech, text device.Row) mechanism {
	out := mechanism{UpdMech: m, text: text}
	out.upd, out.check, out.config = given(m.Upd), given(m.Check), given(m.Config)
	out.sign, out.verify, out.notice = given(out.upd.Signature), given(out.upd.Verify), given(out.upd.Notice)
	return out
}

func given[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// declaredMechanisms are the rows of 7-UpdMech.
func declaredMechanisms(ctx context.Context, dut *DUT) (out []mechanism) {
	for i, text := range Declared(ctx, dut, "7-UpdMech") {
		out = append(out, mechanismOf((*dut.IXIT().UpdMech)[i], text))
	}
	return out
}

// eachMechanism judges what every update mechanism must meet.
func eachMechanism(ctx context.Context, dut *DUT, judge func(mechanism) finding) {
	Each("update mechanism", some(ctx, dut), func(m mechanism) { judge(m).say() })
}

// A component is a row of 6-SoftComp with the update mechanisms that it names.
type component struct {
	device.SoftComp
	mechanisms []mechanism
	dangling   []string // names that no row of 7-UpdMech has
}

// components are the rows of 6-SoftComp.
func components(ctx context.Context, dut *DUT) (out []component) {
	if len(Declared(ctx, dut, "6-SoftComp")) == 0 {
		Lack("list the software components in 6-SoftComp", "6-SoftComp lists no software component")
	}
	all := declaredMechanisms(ctx, dut)
	for _, row := range *dut.IXIT().SoftComp {
		c := component{SoftComp: row}
		for _, id := range row.UpdMechs {
			i := slices.IndexFunc(all, func(m mechanism) bool { return m.ID == id })
			if i < 0 {
				c.dangling = append(c.dangling, id)
				continue
			}
			c.mechanisms = append(c.mechanisms, all[i])
		}
		out = append(out, c)
	}
	return out
}

// eachComponent judges the components that are updated at all: of the mechanisms of each, one must meet it. Components with the
// same mechanisms are judged as one.
func eachComponent(ctx context.Context, dut *DUT, judge func(mechanism) finding) {
	var all []component
	for _, c := range components(ctx, dut) {
		i := slices.IndexFunc(all, func(o component) bool {
			return (o.UpdMechs == nil) == (c.UpdMechs == nil) && slices.Equal(o.UpdMechs, c.UpdMechs)
		})
		switch {
		case c.UpdMechs != nil && len(c.UpdMechs) == 0:
		case i < 0:
			all = append(all, c)
		default:
			all[i].ID += ", " + c.ID
			all[i].Description += "; " + c.Description
		}
	}
	Each("software component with an update mechanism", all, func(c component) { c.any(judge).say() })
}

// any is the best finding on the mechanisms of a component.
func (c component) any(judge func(mechanism) finding) finding {
	if c.UpdMechs == nil {
		return lacks(fmt.Sprintf("write Update Mechanism of %s in 6-SoftComp, or [] if it has none", c.ID), "6-SoftComp does not say how %s (%s) is updated", c.ID, c.Description)
	}
	if len(c.dangling) > 0 {
		return lacks("declare it in 7-UpdMech, or correct "+c.ID, "%s of 6-SoftComp names %s, which 7-UpdMech does not have", c.ID, strings.Join(c.dangling, ", "))
	}
	var all []finding
	for _, m := range c.mechanisms {
		all = append(all, judge(m))
	}
	f := best(all...)
	f.why = fmt.Sprintf("%s: %s", c.ID, f.why)
	return f
}

// says is what a mechanism says in fields of the standard, "" where nothing.
func (m mechanism) says(fields ...string) string {
	var out []string
	for _, f := range fields {
		if t := declared.Text(m.text, f); t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, "\n")
}

// unsaid is the finding that a typed key is not written: where the standard's field says something, a person may read it there.
func (m mechanism) unsaid(key, field string) finding {
	next := fmt.Sprintf("write the key %s of %s in 7-UpdMech", key, m.ID)
	if m.says(field) == "" {
		return lacks(next+", and its "+field, "%s of 7-UpdMech says nothing in %s", m.ID, field)
	}
	return finding{open, fmt.Sprintf("%s has no key %s, and its %s is for a person to read: %q", m.ID, key, field, m.says(field)), next}
}

// missing is unsaid where no person is asked.
func (m mechanism) missing(key string) finding {
	return lacks(fmt.Sprintf("write the key %s of %s in 7-UpdMech", key, m.ID), "%s of 7-UpdMech does not say %s", m.ID, key)
}
