package updates

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

// undescribed looks for ways to bring images in that no row of 7-UpdMech describes. It convicts and does not acquit: ways that
// the device goes by itself are seen at its gateway alone.
func undescribed(ctx context.Context, dut *DUT) {
	all := declaredMechanisms(ctx, dut)
	var ways []service.Service
	for _, s := range seen.Services(ctx, dut) {
		switch {
		case s.Protocol == "http":
			ways = append(ways, s)
		case slices.Contains(transfers, s.Addr.Port()) || s.Protocol == "ftp":
			Note(ctx, "question: does %s take updates?", seen.Name(s))
		}
	}
	tried := 0
	for _, s := range ways {
		q := operate.Uploads{Port: s.Addr.Port(), TLS: s.TLS}
		for _, u := range Ask(ctx, seen.Of(dut, s), q) {
			tried++
			if !u.Takes() {
				continue
			}
			if row := describes(all, u.Path); row != "" {
				Note(ctx, "%s takes the beginning of an image at %s, and %s may describe that", seen.Name(s), u.Path, row)
				continue
			}
			Expect(u.Takes()).To(BeFalse(), "%s takes the beginning of an image at %s from anybody (%d, to noise %d), and no row of 7-UpdMech describes an upload: %q", seen.Name(s), u.Path, u.Image, u.Noise, u.Said)
		}
	}
	Note(ctx, "%d paths of %d web servers were sent the beginning of an image, without a log-in", tried, len(ways))
	Lack("have a person look at the gateway which hosts the device fetches from, and at radio",
		"no undescribed way was found among %d paths of web servers; ways that the device goes by itself, and those over radio or behind a log-in, were not looked for", tried)
}

// transfers are ports of protocols that bring images in: FTP, ADB, TR-069, OTA of common frameworks.
var transfers = []uint16{21, 5555, 7547, 3232, 8266, 1337}

// uploading are the words of a row that describes an upload.
var uploading = []string{"upload*", "file", "files", "by hand", "manual*", "hochgeladen", "Datei"}

// describes is the row that may describe a way to upload images: by its path, or by its words.
func describes(all []mechanism, path string) string {
	for _, m := range all {
		text := m.says("Description", "Initiation and Interaction")
		if strings.Contains(text, path) || declared.Affirms(text, uploading...) != "" {
			return fmt.Sprintf("%s (%q)", m.ID, text)
		}
	}
	return ""
}
