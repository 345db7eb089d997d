package integrity

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.7-1", func(dut *DUT) {
	TestCase("5.7-1-1", func() {
		Unit("a", "secure boot guarantees integrity and authenticity of all software", func(ctx context.Context) {
			rows := boots(ctx, dut)
			Expect(rows).NotTo(BeEmpty(), "20-SecBoot has no row: nothing guarantees integrity and authenticity of the software")
			Each("part of the software", stages(rows), guaranteed)
		}, Climbs(provisions.Declared))

		Unit("b", "secure boot can give what it guarantees", func(ctx context.Context) {
			rows := boots(ctx, dut)
			Expect(rows).NotTo(BeEmpty(), "20-SecBoot has no row: nothing verifies the software")
			Each("row of 20-SecBoot", rows, func(b boot) { verified(ctx, b) })
		}, Climbs(provisions.Declared))
	})

	TestCase("5.7-1-2", func() {
		Unit("a", "no modified software is started", func(ctx context.Context) {
			boots(ctx, dut)
			refusedAtStart(ctx, dut)
		}, Quota("each of the modified images"), Climbs(provisions.Firmware, provisions.Operator))
	})
})

// A stage is a part of the software, and what the rows that name it promise together.
type stage struct {
	name     string
	rows     []string
	promised []declared.Guarantee
	others   []string
}

// stages are the parts of the software that rows name, each once; a row that names none stands for all.
func stages(rows []boot) (out []*stage) {
	add := func(name string, b boot) {
		promised, others := declared.Guarantees(b.row)
		i := slices.IndexFunc(out, func(s *stage) bool { return strings.EqualFold(s.name, name) })
		if i < 0 {
			i, out = len(out), append(out, &stage{name: name})
		}
		s := out[i]
		s.rows, s.promised, s.others = append(s.rows, b.ID), append(s.promised, promised...), append(s.others, others...)
	}
	for _, b := range rows {
		if len(b.Stages) == 0 {
			add("the software of "+b.ID, b)
		}
		for _, s := range b.Stages {
			add(s.Name, b)
		}
	}
	return out
}

// keyless are promises that are none of authenticity: who changes the software gives them anew.
var keyless = []string{"checksum*", "CRC*", "hash*", "parity", "digest*"}

// guaranteed judges what is promised of one part of the software.
func guaranteed(s *stage) {
	missing := declared.Missing(s.promised, declared.Integrity, declared.Authenticity)
	unknown := slices.DeleteFunc(slices.Clone(s.others), func(o string) bool { return declared.Says(o, keyless...) })
	if len(missing) > 0 && len(unknown) > 0 {
		Lack("write the guarantees in 20-SecBoot as integrity, authenticity", "%s promises %s for %s, in words that are not known here", strings.Join(s.rows, ", "), strings.Join(unknown, ", "), s.name)
	}
	Expect(missing).To(BeEmpty(), "%s does not promise %s of %s (Security Guarantees)", strings.Join(s.rows, ", "), strings.Join(missing, " and "), s.name)
}
