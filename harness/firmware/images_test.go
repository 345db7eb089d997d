package firmware

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sh makes an image with programs as makers use them, in a folder that holds root/ with the little files.
func sh(t *testing.T, script string, programs ...string) []byte {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			lacks(t, p)
		}
	}
	dir := t.TempDir()
	for name, s := range little {
		p := filepath.Join(dir, "root", name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	key := must(rsa.GenerateKey(rand.Reader, 2048))
	os.WriteFile(filepath.Join(dir, "dev.key"), []byte(pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))), 0o600)
	c := exec.Command("/bin/sh", "-ec", script)
	c.Dir = dir
	if b, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return must(os.ReadFile(filepath.Join(dir, "out")))
}

const its = `cat >fit.its <<'X'
/dts-v1/;
/ { description = "f"; #address-cells = <1>;
 images { rootfs { description = "r"; data = /incbin/("root.tgz"); type = "ramdisk"; arch = "arm"; os = "linux"; compression = "none"; hash-1 { algo = "sha256"; };SIGN }; };
 configurations { default = "c"; c { ramdisk = "rootfs"; }; };
};
X
tar czf root.tgz -C root .
`

var signing = strings.Replace(its, "SIGN", ` signature-1 { algo = "sha256,rsa2048"; key-name-hint = "dev"; };`, 1)

// TestMadeImages opens what the programs make that makers use, each with the files that went in.
func TestMadeImages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script   string
		programs []string
	}{
		"tar, GNU":               {"tar cf out -C root .", []string{"tar"}},
		"tar, pax, long names":   {"mkdir -p root/$(printf 'n%.0s' $(seq 120)); echo x >root/$(printf 'n%.0s' $(seq 120))/$(printf 'm%.0s' $(seq 120)); tar --format=pax -cf out -C root .", []string{"tar"}},
		"tar.gz":                 {"tar czf out -C root .", []string{"gzip"}},
		"tar.xz":                 {"tar cJf out -C root .", []string{"xz"}},
		"tar.lzma":               {"tar cf a -C root .; xz --format=lzma -c a >out", []string{"xz"}},
		"tar.zst, long window":   {"tar cf a -C root .; zstd -q --long=26 -19 a -o out", []string{"zstd"}},
		"tar.bz2":                {"tar cjf out -C root .", []string{"bzip2"}},
		"tar.lz4":                {"tar cf a -C root .; lz4 -q a out", []string{"lz4"}},
		"gzip of two members":    {"tar cf a -C root .; head -c 3000 a | gzip >out; tail -c +3001 a | gzip >>out", []string{"gzip"}},
		"cpio, newc":             {"cd root; find . | cpio -o -H newc --quiet >../out", []string{"cpio"}},
		"cpio, crc":              {"cd root; find . | cpio -o -H crc --quiet >../out", []string{"cpio"}},
		"cpio, newc, gzip":       {"cd root; find . | cpio -o -H newc --quiet | gzip >../out", []string{"cpio"}},
		"zip":                    {"cd root; zip -qr out.zip .; mv out.zip ../out", []string{"zip"}},
		"zip, stored":            {"cd root; zip -q0r out.zip .; mv out.zip ../out", []string{"zip"}},
		"squashfs, big blocks":   {"mksquashfs root out -quiet -b 1M -comp xz -Xbcj arm", []string{"mksquashfs"}},
		"squashfs, no fragments": {"mksquashfs root out -quiet -no-fragments -no-xattrs -noI -noD", []string{"mksquashfs"}},
		"ext4, large":            {"seq 400000 >root/big; for i in $(seq 400); do echo $i >root/file$i; done; mke2fs -q -t ext4 -b 1024 -d root out 9000", []string{"mke2fs"}},
		"ext2, indirect":         {"seq 400000 >root/big; for i in $(seq 400); do echo $i >root/file$i; done; mke2fs -q -t ext2 -b 1024 -d root out 9000", []string{"mke2fs"}},
		"ext2":                   {"mke2fs -q -t ext2 -d root out 2048", []string{"mke2fs"}},
		"ext3":                   {"mke2fs -q -t ext3 -d root out 8192", []string{"mke2fs"}},
		"ext4, 4k blocks":        {"mke2fs -q -t ext4 -b 4096 -d root out 4096", []string{"mke2fs"}},
		"ext4, no extents":       {"mke2fs -q -t ext4 -O ^extent,^64bit -d root out 4096", []string{"mke2fs"}},
		"android sparse":         {"mke2fs -q -t ext4 -b 4096 -d root e 4096; img2simg e out", []string{"mke2fs", "img2simg"}},
		"uImage":                 {"(cd root; find . | cpio -o -H newc --quiet | gzip) >i; mkimage -q -A arm -O linux -T ramdisk -C gzip -n cam -d i out", []string{"mkimage", "cpio"}},
		"uImage, multi":          {"tar cf i -C root .; head -c 9000 /dev/zero >k; mkimage -q -A arm -O linux -T multi -C none -n cam -d k:i out", []string{"mkimage"}},
		"FIT":                    {strings.Replace(its, "SIGN", "", 1) + "mkimage -q -f fit.its out", []string{"mkimage", "dtc"}},
		"FIT, data outside":      {strings.Replace(its, "SIGN", "", 1) + "mkimage -q -E -f fit.its out", []string{"mkimage", "dtc"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, got := seen(t, sh(t, c.script, c.programs...), Bounds{})
			for want, text := range little {
				ok := false
				for path, data := range found {
					ok = ok || strings.HasSuffix(path, "/"+want) && data == text
				}
				if !ok {
					t.Errorf("%s was not found: %+v", want, got)
				}
			}
			for path, data := range found {
				if strings.HasSuffix(path, "/big") && data != counted() {
					t.Errorf("%s has other bytes, %d of them", path, len(data))
				}
			}
			if len(got.Opened) == 0 || got.Cut != "" || len(got.Shut) > 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// counted is what seq 400000 prints.
func counted() string {
	var b strings.Builder
	for i := range 400_000 {
		fmt.Fprintln(&b, i+1)
	}
	return b.String()
}

// TestKnownAndShut: what is not opened is known by its name, and said.
func TestKnownAndShut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script, program string
	}{
		"jffs2":  {"mkfs.jffs2 -q -n -r root -o out -l", "mkfs.jffs2"},
		"jffs2 ": {"mkfs.jffs2 -q -n -r root -o out -b", "mkfs.jffs2"},
		"ubi":    {"mkfs.ubifs -q -r root -m 2048 -e 126976 -c 100 -o v; printf '[v]\\nmode=ubi\\nimage=v\\nvol_id=0\\nvol_type=dynamic\\nvol_name=v\\nvol_flags=autoresize\\n' >c; ubinize -o out -m 2048 -p 128KiB c", "ubinize"},
		"ubifs":  {"mkfs.ubifs -q -r root -m 2048 -e 126976 -c 100 -o out", "mkfs.ubifs"},
		"cramfs": {"mkfs.cramfs root out", "mkfs.cramfs"},
		"erofs":  {"mkfs.erofs --quiet out root", "mkfs.erofs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := seen(t, sh(t, c.script, c.program), Bounds{})
			format := strings.TrimSpace(name)
			if len(got.Shut) == 0 || got.Shut[0].Format != format || !strings.Contains(got.Shut[0].Why, "is not opened here; unpack it") {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestSignedFIT: a signature that mkimage made is seen, with what it is made by.
func TestSignedFIT(t *testing.T) {
	t.Parallel()
	image := sh(t, signing+"openssl req -x509 -key dev.key -subj /CN=dev -out dev.crt 2>/dev/null; mkimage -q -f fit.its -k . -r out", "mkimage", "dtc", "openssl")
	if !bytes.HasPrefix(image, []byte("\xd0\x0d\xfe\xed")) {
		t.Fatal("no FIT was made")
	}
	n := 0
	for _, h := range Search(t.Context(), "fw", image, Options{}).Hits {
		if h.Kind == "signature" {
			n++
			if !strings.Contains(h.Context, "signature-1") {
				t.Error(h.Context)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d signatures", n)
	}
}
