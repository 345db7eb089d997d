package migrate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/device/text"
	"github.com/secure-by-design/assay/provisions"
)

func comment(s string) string { return text.Comment(s) }

// noted writes a table below the comments that stood in the one it was made of.
func (m *migration) noted(table string, items []item, comments []string) []string {
	return append(comments, rows(table, items)...)
}

// comments are the lines of a table that hold nothing else.
func (m *migration) comments(table string) (out []string) {
	for _, l := range m.d.TableLines(table) {
		if l = strings.TrimSpace(l); strings.HasPrefix(l, "#") {
			out = append(out, "  "+l)
		}
	}
	return out
}

// parted are the provisions of V2.1 that have another id in V3.1, or two.
var parted = map[provisions.ID][]provisions.ID{
	"4-1": {"5.0-1"}, "5.3-4": {"5.3-4A", "5.3-4B"}, "5.3-6": {"5.3-6A", "5.3-6B"}, "5.3-15": {"5.3-15A", "5.3-15B"},
	"5.6-4": {"5.6-4A", "5.6-4B"}, "5.13-1": {"5.13-1A", "5.13-1B"}, "6-3": {"6-3A", "6-3B"},
}

// forerunner is the provision of V2.1 that one of V3.1 comes from; "" where it is new.
func forerunner(id provisions.ID) provisions.ID {
	for older, ids := range parted {
		if slices.Contains(ids, id) {
			return older
		}
	}
	if _, ok := provisions.Must().Provision(provisions.V21, id); ok {
		return id
	}
	return ""
}

// ics carries each claim to the provisions that its own became. A default claims for what is not named, which would now be
// what nobody has looked at: so it is written out.
func (m *migration) ics() {
	if m.f.ICS == nil {
		return
	}
	written, first := m.written()
	out := []string{first}
	for _, p := range provisions.Must().Provisions(provisions.V31) {
		older := forerunner(p.ID)
		claim := m.f.Claims(older)
		switch lines := written[string(older)]; {
		case older == "" || claim.Support == "":
			out = append(out, fmt.Sprintf("  %s%s: {support: , detail: \"\"} # %s: %s", isNew, p.ID, p.Obligation, p.Summary))
			continue
		case lines != nil && older == p.ID:
			out = append(out, lines...)
		case lines != nil:
			out = append(out, "  # was "+string(older)+" in V2.1: see that its detail fits")
			out = append(out, renamed(lines, string(older), string(p.ID))...)
		default:
			out = append(out, claimed(string(p.ID), claim))
		}
	}
	for _, p := range provisions.Must().Beyond() {
		if claim := m.f.Claims(p.ID); claim.Support != "" {
			if lines := written[string(p.ID)]; lines != nil {
				out = append(out, lines...)
			} else {
				out = append(out, claimed(string(p.ID), claim))
			}
		}
	}
	m.d.Section("ics", out)
}

func claimed(id string, c device.Claim) string {
	if c.Detail == "" {
		return "  " + id + ": " + c.Support
	}
	return fmt.Sprintf("  %s: {support: %s, detail: %s}", id, c.Support, text.Quote(c.Detail))
}

var claimKey = regexp.MustCompile(`^\s+["']?([0-9A-Za-z.-]+)["']?\s*:`)

// written are the lines of each claim as they stand, those of comments above it included, and the line of ics: itself.
func (m *migration) written() (map[string][]string, string) {
	out, lines := map[string][]string{}, m.d.Lines("ics")
	if len(lines) < 2 {
		return out, "ics:"
	}
	indent, id := "", ""
	var above []string
	for _, l := range lines[1:] {
		trimmed := strings.TrimSpace(l)
		deep := len(l) - len(strings.TrimLeft(l, " "))
		if indent == "" && trimmed != "" && trimmed[0] != '#' {
			indent = l[:deep]
		}
		key := claimKey.FindStringSubmatch(l)
		switch {
		case trimmed == "" || trimmed[0] == '#':
			above = append(above, l)
		case key != nil && deep == len(indent):
			id = key[1]
			out[id] = append(above, l)
			above = nil
		default:
			out[id] = append(append(out[id], above...), l)
			above = nil
		}
	}
	return out, lines[0]
}

// renamed are the lines of a claim under another id.
func renamed(lines []string, older, id string) []string {
	out := slices.Clone(lines)
	for i, l := range out {
		if key := claimKey.FindStringSubmatch(l); key != nil && key[1] == older {
			out[i] = strings.Replace(l, older, id, 1)
			break
		}
	}
	return out
}
