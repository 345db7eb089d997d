package specimen

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/secure-by-design/assay/provisions"
)

// WriteExample writes the declaration of a pair of specimens as an example to read: the device file of an edition, which
// takes its secrets from the environment, and the updates that it names, signed with a key that is no secret. It returns
// the file's name in the folder.
func WriteExample(dir string, e provisions.Edition) (string, error) {
	m := &maker{update: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), run: "EXAMPLE"}
	d := &Device{Options: Options{Install: 5 * time.Second, Lock: time.Minute}, serial: m.serial("A"), maker: m, has: map[string]bool{}}
	about := d.facts(e)
	about["Two"], about["Schema"], about["Images"] = true, "../harness/device/schema.json", "updates/"
	for _, unit := range []string{"A", "B"} {
		about["serial"+unit] = m.serial(unit)
		for _, name := range []string{"label", "owner", "guest", "box"} {
			about[name+unit] = "env:SPECIMEN_" + unit + "_" + strings.ToUpper(name)
		}
	}
	var text bytes.Buffer
	if err := fileTemplate.Execute(&text, about); err != nil {
		return "", fmt.Errorf("write the example of %s: %w", e, err)
	}
	updates := filepath.Join(dir, "updates")
	if err := os.MkdirAll(updates, 0o755); err != nil {
		return "", fmt.Errorf("write the example of %s: %w", e, err)
	}
	if err := m.writeImages(updates); err != nil {
		return "", fmt.Errorf("write the example of %s: %w", e, err)
	}
	name := "specimen-" + strings.ToLower(string(e)) + ".yaml"
	if err := os.WriteFile(filepath.Join(dir, name), text.Bytes(), 0o644); err != nil {
		return "", fmt.Errorf("write the example of %s: %w", e, err)
	}
	return name, nil
}
