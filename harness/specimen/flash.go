package specimen

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// root are the files of the system that the unit runs: what a conformant maker ships, and what faults add. A key in the
// documentation of a library is nobody's, and accounts without a password are locked.
func (d *Device) root() map[string]string {
	example, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	files := map[string]string{
		"etc/hostname":                  "specimen\n",
		"etc/passwd":                    "root:x:0:0:root:/root:/bin/false\nserver:x:100:100::/:/bin/false\n",
		"etc/shadow":                    "root:!:0:0:99999:7:::\nserver:*:0:0:99999:7:::\n",
		"etc/inittab":                   "::sysinit:/etc/init.d/rcS\n::respawn:/usr/sbin/server\n",
		"etc/init.d/rcS":                "#!/bin/sh\nmount -t proc proc /proc\n# gdbserver is not shipped\n",
		"usr/sbin/server":               "\x7fELF\x02\x01\x01\x00specimen " + d.version + "\x00",
		"usr/share/doc/tls/example.pem": armoured(example),
		"usr/share/doc/tls/howto.txt":   "Make a key of your own; the one of the example is known to all.\n",
		"etc/firmware.conf":             "image_md5=" + hexMD5("image") + "\n",
		"usr/lib/opkg/status":           "Package: libtls\nVersion: 3.5.1-1\nStatus: install ok installed\n",
	}
	if d.is("video-decoder-old-soname") {
		files["usr/lib/opkg/status"] += "\nPackage: libavdec\nVersion: 4.1-3+sec2\nStatus: install ok installed\n"
	}
	d.fixed(files)
	if key, ok := d.keys.tls.PrivateKey.(*ecdsa.PrivateKey); ok && d.any("firmware-embedded-private-key", "default-key-kept-after-init") {
		files["etc/ssl/private/server.pem"] = armoured(key)
	}
	if d.is("password-hash-unsalted") {
		files["etc/web.conf"] = "admin_password_hash = " + hexMD5(random(12)) + "\n"
	}
	if d.is("known-exploited-component") {
		files["usr/lib/libssl.so"] = "\x7fELF\x02\x01\x01\x00OpenSSL 1.1.1k  25 Mar 2021\x00"
	}
	return files
}

// writeComponents writes the bill of materials of the system, and a list of vulnerabilities of today, which is invented: one
// is fixed in what is shipped, one is known to be exploited.
func (d *Device) writeComponents(dir string) error {
	type component struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	parts := []component{{"libtls", "3.5.1"}, {"server", d.version}}
	if d.is("video-decoder-old-soname") { // the distribution brought the fix back to 4.1
		parts = append(parts, component{"libavdec", "4.1-3+sec2"})
	}
	if d.is("known-exploited-component") {
		parts = append(parts, component{"openssl", "1.1.1k"})
	}
	sbom, err := json.Marshal(map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": parts})
	if err != nil {
		return err
	}
	const fixed = `{"id":%q,"modified":%q,"affected":[{"package":{"name":%q},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":%q},{"fixed":%q}]}]}]}`
	today := d.Clock.Now().UTC().Format(time.RFC3339)
	osv := `{"osv":[` + strings.Join([]string{
		fmt.Sprintf(fixed, "CVE-2099-0001", today, "libtls", "0", "3.5.0"), fmt.Sprintf(fixed, "CVE-2099-0002", today, "openssl", "1.1.1", "1.1.1n"),
		fmt.Sprintf(fixed, "CVE-2099-0003", today, "libavdec", "0", "4.2"),
	}, ",") + fmt.Sprintf(`],"kev":{"dateReleased":%q,"vulnerabilities":[{"cveID":"CVE-2099-0002"},{"cveID":"CVE-2099-0003"}]}}`, today)
	if err := os.WriteFile(filepath.Join(dir, "sbom.json"), sbom, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "advisories.json"), []byte(osv), 0o644)
}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func armoured(key *ecdsa.PrivateKey) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(fmt.Sprintf("specimen: write a key: %v", err))
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// writeFirmware packs the system of the unit as its maker would ship it, and returns the file's name.
func (d *Device) writeFirmware(dir string) (string, error) {
	if err := d.writeComponents(dir); err != nil {
		return "", err
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	t := tar.NewWriter(z)
	files := d.root()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}); err != nil {
			return "", err
		}
		t.Write([]byte(files[name])) // into memory
	}
	if err := t.Close(); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return "firmware.tgz", os.WriteFile(filepath.Join(dir, "firmware.tgz"), b.Bytes(), 0o644)
}
