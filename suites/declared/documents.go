package declared

import (
	"context"
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness"
)

// Document is what 2-UserInfo says of a document: in words, and by its typed address, place and languages. Where it says
// neither, the unit ends.
//
//	Document(ctx, dut, "Documentation of Deletion") // "Manual, chapter 6 [https://maker.example/manual; en, de]"
func Document(ctx context.Context, dut *harness.DUT, field string) string {
	var text string
	for _, row := range harness.Declared(ctx, dut, "2-UserInfo") {
		text = Text(row, field)
	}
	if at := typedPlace(dut, field); at != "" {
		text = strings.TrimSpace(text + " [" + at + "]")
	}
	if text == "" {
		harness.Lack(fmt.Sprintf("write in 2-UserInfo where the user reads it (%s), or none", field), "2-UserInfo says nothing in %q", field)
	}
	return text
}

func typedPlace(dut *harness.DUT, field string) string {
	info := dut.IXIT().UserInfo
	if info == nil {
		return ""
	}
	var parts []string
	at := info.At[field]
	for _, p := range []string{at.URL, at.Place, strings.Join(at.Languages, ", ")} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "; ")
}

// NoDocument tells whether what Document returned says that there is no such document.
func NoDocument(text string) bool {
	said, _, _ := strings.Cut(text, " [")
	return None(said)
}
