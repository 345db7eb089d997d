// Package components holds the software components of a product against a dated list of published vulnerabilities.
//
// Its one idea: a name and a version prove no vulnerability, for fixes are ported back and code may not be reachable; so each
// hit is a question to the maker, and the day of the list is said with it.
//
//	parts, err := components.ReadSBOM(sbom)     // CycloneDX or SPDX, JSON
//	list, err := components.ReadSnapshot(osv)   // OSV records and the catalogue of known exploited vulnerabilities
//	hits := list.Match(parts)                   // openssl 1.1.1k: CVE-2022-0778, fixed in 1.1.1n, exploited: no
package components

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Component is a piece of software with its version, and who says that the product holds it.
type Component struct {
	Name, Version string
	Purl          string `json:",omitempty"` // package URL, where it is given
	From          []string
}

// Most components of a list, and the length of a name or version.
const (
	most    = 20_000
	longest = 200
)

type cyclone struct {
	Name, Version, Purl string
	Components          []cyclone
}

type spdx struct {
	Name, VersionInfo string
	ExternalRefs      []struct{ ReferenceType, ReferenceLocator string }
}

// ReadSBOM reads a bill of materials: CycloneDX or SPDX, in JSON.
func ReadSBOM(data []byte) ([]Component, error) {
	var doc struct {
		BomFormat, SpdxVersion string
		Components             []cyclone
		Packages               []spdx
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read the bill of materials: %w\n  give CycloneDX or SPDX in JSON", err)
	}
	var out []Component
	switch {
	case doc.BomFormat == "CycloneDX":
		var walk func([]cyclone, int)
		walk = func(list []cyclone, depth int) {
			for _, c := range list {
				out = add(out, Component{c.Name, c.Version, c.Purl, []string{"bill of materials"}})
				if depth < 10 {
					walk(c.Components, depth+1)
				}
			}
		}
		walk(doc.Components, 0)
	case strings.HasPrefix(doc.SpdxVersion, "SPDX-"):
		for _, p := range doc.Packages {
			c := Component{Name: p.Name, Version: p.VersionInfo, From: []string{"bill of materials"}}
			for _, r := range p.ExternalRefs {
				if r.ReferenceType == "purl" {
					c.Purl = r.ReferenceLocator
				}
			}
			out = add(out, c)
		}
	default:
		return nil, errors.New("read the bill of materials: it is neither CycloneDX (bomFormat) nor SPDX (spdxVersion)\n  give one of them in JSON")
	}
	return out, nil
}

func add(out []Component, c Component) []Component {
	if c.Name == "" || c.Version == "" || len(c.Name) > longest || len(c.Version) > longest || len(c.Purl) > 2*longest || len(out) >= most {
		return out
	}
	return append(out, c)
}

// Merge joins lists: what has one name and version is one component with several sources.
func Merge(lists ...[]Component) (out []Component) {
	for _, c := range slices.Concat(lists...) {
		i := slices.IndexFunc(out, func(o Component) bool {
			return strings.EqualFold(o.Name, c.Name) && upstream(o.Version) == upstream(c.Version)
		})
		if i < 0 {
			c.From = slices.Clone(c.From)
			out = append(out, c)
			continue
		}
		for _, f := range c.From {
			if !slices.Contains(out[i].From, f) {
				out[i].From = append(out[i].From, f)
			}
		}
		if out[i].Purl == "" {
			out[i].Purl = c.Purl
		}
	}
	return out
}

// upstream is a version without what a distribution adds: 1:2.80-16+deb12u1 is 2.80.
func upstream(v string) string {
	if _, rest, ok := strings.Cut(v, ":"); ok {
		v = rest
	}
	v, _, _ = strings.Cut(v, "-")
	v, _, _ = strings.Cut(v, "+")
	return strings.TrimPrefix(v, "v")
}

// Distributed tells whether a version is that of a distribution, which may have fixed what the number does not show.
func Distributed(v string) bool { return upstream(v) != strings.TrimPrefix(v, "v") }
