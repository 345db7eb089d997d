package vulnerabilities

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.2-3", func(dut *DUT) {
	TestCase("5.2-3-1", func() {
		Unit("a", "vulnerabilities are looked for in fitting sources, again and again", func(ctx context.Context) {
			ids, text := monitoring(ctx, dut)
			var missing []string
			if !declared.Says(text, sources...) {
				missing = append(missing, "no source")
			}
			if !declared.Says(text, rhythms...) {
				missing = append(missing, "no rhythm")
			}
			if len(missing) > 0 {
				Propose(Fail, "%s names %s of findings in words that are known here; confirm that it has none", ids, strings.Join(missing, " and "))
			}
			Propose(Pass, "%s names sources and a rhythm; judge whether they fit the parts of 6-SoftComp: %s", ids, parts(ctx, dut))
		}, Climbs(provisions.Declared))

		Unit("b", "a finding is held against what the device is made of", func(ctx context.Context) {
			ids, text := monitoring(ctx, dut)
			if !declared.Says(text, identification...) {
				Propose(Fail, "%s has no step that tells whether a finding concerns the device, in words that are known here; confirm that it has none", ids)
			}
			Propose(Pass, "%s has a step that links a finding to the device; judge whether it reaches each part of 6-SoftComp: %s", ids, parts(ctx, dut))
		}, Climbs(provisions.Declared))

		Unit("c", "a finding ends in something that users get", func(ctx context.Context) {
			ids, text := monitoring(ctx, dut)
			deliveries := ways(ctx, dut)
			if !declared.Says(text, remedies...) && !names(text, deliveries) {
				Propose(Fail, "%s ends in no fix, notice or update, in words that are known here; confirm that it does not", ids)
			}
			Expect(deliveries).NotTo(BeEmpty(), "%s speaks of a remedy, and neither 7-UpdMech nor 9-ReplSup has a way by which it gets to users", ids)
			Propose(Pass, "%s leads to a remedy, which %s can bring to users; judge whether it does so until the support ends", ids, strings.Join(deliveries, ", "))
		}, Climbs(provisions.Declared))

		Unit("d", "the supplier confirms that it watches so", func(ctx context.Context) {
			Expect(declared.Confirmed(ctx, dut, "Confirmation of Vulnerability Monitoring")).To(BeTrue(), "4-Conf says that the monitoring of vulnerabilities is not in place")
		}, Climbs(provisions.Declared))
	})
})

// monitoring are the descriptions of 5-VulnMon together, for a process may be told in parts, and the rows that they stand in.
func monitoring(ctx context.Context, dut *DUT) (ids, text string) {
	var named, said []string
	for _, row := range Declared(ctx, dut, "5-VulnMon") {
		if t := declared.Text(row, "Description"); t != "" {
			named, said = append(named, row.ID), append(said, t)
		}
	}
	if len(said) == 0 {
		Lack("describe in 5-VulnMon how vulnerabilities are looked for, identified and mended", "5-VulnMon describes nothing")
	}
	return strings.Join(named, ", "), strings.Join(said, "\n")
}

// parts are the components of 6-SoftComp, for whoever judges.
func parts(ctx context.Context, dut *DUT) string {
	var out []string
	for _, row := range Declared(ctx, dut, "6-SoftComp") {
		out = append(out, row.ID+" ("+row.Fields["Description"]+")")
	}
	return strings.Join(out, ", ")
}

// ways are the declared ways by which a remedy gets to users: the update mechanisms, or what is done where there is none.
func ways(ctx context.Context, dut *DUT) (out []string) {
	for _, row := range Declared(ctx, dut, "7-UpdMech") {
		out = append(out, row.ID)
	}
	if len(out) > 0 {
		return out
	}
	for _, row := range Declared(ctx, dut, "9-ReplSup") {
		if len(declared.Empty(row, "Isolation", "Hardware Replacement")) < 2 {
			out = append(out, "9-ReplSup")
		}
	}
	return out
}

// names tells whether a text names one of several rows.
func names(text string, ids []string) bool {
	return declared.Says(text, append(ids, "8-UpdProc", "UpdProc*")...)
}

// sources are words of places where vulnerabilities become known.
var sources = []string{"CVE*", "NVD", "National Vulnerability Database", "OSV", "EUVD", "KEV", "CERT*", "CSIRT*", "BSI", "CISA", "ENISA", "advisor*", "vulnerability database*", "vulnerability feed*", "security feed*",
	"bulletin*", "mailing list*", "notices", "newsletter*", "researcher*", "bug bounty", "report*", "SBOM", "bill of materials", "scanner*", "supplier*", "vendor*", "upstream", "release notes", "GitHub*", "Snyk", "threat intelligence"}

// rhythms are words that tell how often something is done.
var rhythms = []string{"daily", "day", "days", "weekly", "week", "weeks", "monthly", "month", "months", "quarterly", "quarter", "hourly", "hour", "hours", "night", "nightly", "nights",
	"continuous*", "constantly", "permanently", "real time", "real-time", "automatic*", "regular*", "periodic*", "subscri*", "as they come", "each build", "every build", "each commit", "each release", "every release", "at once"}

// identification are words of a step that tells whether a finding concerns the device.
var identification = []string{"component*", "SBOM", "bill of materials", "inventory", "dependenc*", "package*", "version*", "affected", "affects", "concern*", "applicab*", "applies", "reachab*", "exploitab*", "severity", "CVSS",
	"triage*", "assess*", "analys*", "analyz*", "impact", "reproduc*", "tried on", "held against", "matched"}

// remedies are words of what ends a vulnerability for users.
var remedies = []string{"fix", "fixes", "fixed", "patch*", "update*", "mitigat*", "workaround*", "work-around*", "hotfix*", "rectif*", "remed*", "recall*", "replace*", "exchange*", "security notice*", "users are told", "advisory", "firmware release*", "new release*"}
