package firmware

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cavaliergopher/cpio"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

type files map[string]string

var little = files{"etc/hostname": "cam\n", "usr/bin/server": "\x7fELF\x01 server", "www/index.html": "<html>"}

func tarOf(t testing.TB, in files) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, s := range in {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(s)), Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, s)
	}
	w.Close()
	return b.Bytes()
}

func through(t testing.TB, data []byte, open func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func gz(t testing.TB, data []byte) []byte {
	return through(t, data, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

func zipOf(t testing.TB, in files) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, s := range in {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, s)
	}
	z.Close()
	return b.Bytes()
}

func cpioOf(t testing.TB, in files) []byte {
	var b bytes.Buffer
	c := cpio.NewWriter(&b)
	for name, s := range in {
		if err := c.WriteHeader(&cpio.Header{Name: name, Mode: cpio.TypeReg | 0o644, Size: int64(len(s))}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, s)
	}
	c.Close()
	return b.Bytes()
}

// folder writes files for a program that makes an image of them.
func folder(t testing.TB, in files) string {
	t.Helper()
	dir := t.TempDir()
	for name, s := range in {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// lacks ends a test for want of a program: only where nobody says that all are there.
func lacks(t testing.TB, program string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed, and .ci/packages.sh installs it", program)
	}
	t.Skipf("%s is not installed: run .ci/packages.sh", program)
}

// made is what a program makes.
func made(t testing.TB, program string, args func(out string) []string) []byte {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		lacks(t, program)
	}
	out := filepath.Join(t.TempDir(), "image")
	if b, err := exec.Command(program, args(out)...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func squashOf(t testing.TB, in files, with string) []byte {
	dir := folder(t, in)
	os.Symlink("/etc/passwd", filepath.Join(dir, "link"))
	os.Symlink("..", filepath.Join(dir, "up"))
	return made(t, "mksquashfs", func(out string) []string { return []string{dir, out, "-comp", with, "-noappend", "-quiet"} })
}

func extOf(t testing.TB, in files, kind string) []byte {
	dir := folder(t, in)
	os.Symlink("/etc/passwd", filepath.Join(dir, "link"))
	return made(t, "mke2fs", func(out string) []string { return []string{"-q", "-t", kind, "-d", dir, out, "4096"} })
}

func imageOf(data []byte) []byte {
	h := make([]byte, 64)
	copy(h, "\x27\x05\x19\x56")
	binary.BigEndian.PutUint32(h[12:], uint32(len(data)))
	copy(h[32:], "kernel")
	return append(h, data...)
}

func sparseOf(data []byte) []byte {
	le := binary.LittleEndian
	for len(data)%4096 != 0 {
		data = append(data, 0)
	}
	n := uint32(len(data) / 4096)
	b := le.AppendUint32(nil, 0xed26ff3a)
	b = le.AppendUint16(le.AppendUint16(le.AppendUint16(le.AppendUint16(b, 1), 0), 28), 12)
	b = le.AppendUint32(le.AppendUint32(le.AppendUint32(le.AppendUint32(b, 4096), n+1), 2), 0)
	b = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, 0xcac1), 0), n), uint32(12+len(data)))
	b = append(b, data...)
	return le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, 0xcac3), 0), 1), 12)
}

// fitOf is a flattened image tree with one image, and a signature if asked for.
func fitOf(data []byte, signed bool) []byte {
	be := binary.BigEndian
	var s, names []byte
	begin := func(name string) {
		s = append(be.AppendUint32(s, 1), name...)
		s = append(s, make([]byte, 4-len(name)%4)...)
	}
	end := func() { s = be.AppendUint32(s, 2) }
	prop := func(name string, v []byte) {
		s = be.AppendUint32(be.AppendUint32(be.AppendUint32(s, 3), uint32(len(v))), uint32(len(names)))
		names = append(append(names, name...), 0)
		s = append(s, v...)
		s = append(s, make([]byte, (4-len(v)%4)%4)...)
	}
	begin("")
	begin("images")
	begin("rootfs")
	prop("data", data)
	if signed {
		begin("signature-1")
		prop("algo", []byte("sha256,rsa2048\x00"))
		prop("value", make([]byte, 256))
		end()
	}
	end()
	end()
	end()
	s = be.AppendUint32(s, 9)
	var h []byte
	for _, v := range []uint32{0xd00dfeed, uint32(40 + 16 + len(s) + len(names)), 56, uint32(56 + len(s)), 40, 17, 16, 0, uint32(len(names)), uint32(len(s))} {
		h = be.AppendUint32(h, v)
	}
	return slices.Concat(h, make([]byte, 16), s, names)
}

// seen are the paths and bytes that a walk shows.
func seen(t testing.TB, data []byte, b Bounds) (map[string]string, *Contents) {
	t.Helper()
	out := map[string]string{}
	c := walk(t.Context(), "image", data, b, func(name string, data, _ []byte) { out[name] = string(data) })
	return out, c
}

func TestFormats(t *testing.T) {
	t.Parallel()
	xzOf := func(d []byte) []byte {
		return through(t, d, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
	}
	for name, make := range map[string]func(t *testing.T) []byte{
		"tar": func(t *testing.T) []byte { return tarOf(t, little) }, "tar.gz": func(t *testing.T) []byte { return gz(t, tarOf(t, little)) },
		"tar.xz": func(t *testing.T) []byte { return xzOf(tarOf(t, little)) },
		"tar.zst": func(t *testing.T) []byte {
			return through(t, tarOf(t, little), func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
		},
		"tar.lz4": func(t *testing.T) []byte {
			return through(t, tarOf(t, little), func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil })
		},
		"zip": func(t *testing.T) []byte { return zipOf(t, little) }, "cpio": func(t *testing.T) []byte { return cpioOf(t, little) },
		"squashfs of gzip": func(t *testing.T) []byte { return squashOf(t, little, "gzip") }, "squashfs of xz": func(t *testing.T) []byte { return squashOf(t, little, "xz") },
		"squashfs of zstd": func(t *testing.T) []byte { return squashOf(t, little, "zstd") }, "squashfs of lzo": func(t *testing.T) []byte { return squashOf(t, little, "lzo") },
		"ext4":        func(t *testing.T) []byte { return extOf(t, little, "ext4") },
		"sparse ext4": func(t *testing.T) []byte { return sparseOf(extOf(t, little, "ext4")) }, "uImage": func(t *testing.T) []byte { return imageOf(gz(t, cpioOf(t, little))) },
		"FIT": func(t *testing.T) []byte { return fitOf(gz(t, tarOf(t, little)), false) },
		"raw, with squashfs behind a kernel": func(t *testing.T) []byte {
			return slices.Concat(imageOf(bytes.Repeat([]byte("kernel "), 999)), bytes.Repeat([]byte{0xff}, 777), squashOf(t, little, "xz"), bytes.Repeat([]byte{0xff}, 777))
		},
		"zip of tar.gz of squashfs": func(t *testing.T) []byte {
			return zipOf(t, files{"update.tgz": string(gz(t, tarOf(t, files{"root.sqfs": string(squashOf(t, little, "gzip"))})))})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, c := seen(t, make(t), Bounds{})
			for want, text := range little {
				ok := false
				for path, data := range found {
					ok = ok || strings.HasSuffix(path, "/"+want) && data == text
				}
				if !ok {
					t.Errorf("%s was not found: %+v", want, c)
				}
			}
			if len(c.Opened) == 0 || c.Cut != "" || len(c.Shut) > 0 {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestHostileImages(t *testing.T) {
	t.Parallel()
	bomb := gz(t, make([]byte, 64<<20))
	nested := []byte("bottom")
	for range 20 {
		nested = gz(t, nested)
	}
	many := files{}
	for i := range 3000 {
		many[fmt.Sprint("f", i)] = ""
	}
	var evil bytes.Buffer
	w := tar.NewWriter(&evil)
	for _, h := range []tar.Header{{Name: "../../etc/cron.d/x", Size: 1, Typeflag: tar.TypeReg}, {Name: "link", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink},
		{Name: "/abs\x1b[2J", Size: 1, Typeflag: tar.TypeReg}, {Name: "hard", Linkname: "../../x", Typeflag: tar.TypeLink}} {
		w.WriteHeader(&h)
		if h.Size > 0 {
			w.Write([]byte("x"))
		}
	}
	w.Close()
	whole := squashOf(t, little, "gzip")
	for name, c := range map[string]struct {
		data []byte
		b    Bounds
		want string // in Cut or Shut
	}{
		"bomb":               {bomb, Bounds{File: 1 << 20}, "a bound was reached: more than 1048576 bytes"},
		"bomb in all":        {tarOf(t, files{"a": strings.Repeat("a", 1<<20), "b": strings.Repeat("b", 1<<20), "c": strings.Repeat("c", 1<<20)}), Bounds{Bytes: 2 << 20}, "it unpacks to more than 2097152 bytes"},
		"nested":             {nested, Bounds{Depth: 5}, "it lies 5 archives deep"},
		"many":               {tarOf(t, many), Bounds{Files: 100}, "more than 100 files"},
		"truncated gzip":     {gz(t, bytes.Repeat([]byte("0123456789abcdef"), 9999))[:300], Bounds{}, "unexpected EOF"},
		"truncated squashfs": {whole[:300], Bounds{}, "it ends too early"},
		"truncated zip":      {zipOf(t, little)[:90], Bounds{}, "not a valid zip file"},
		"paths":              {evil.Bytes(), Bounds{}, ""},
		"jffs2":              {append([]byte("\x85\x19\x03\x20\x0c\x00\x00\x00\xb1\xb0\x1e\xe4"), make([]byte, 99)...), Bounds{}, "JFFS2 is not opened here"},
		"random":             {random(1 << 16), Bounds{}, "looks encrypted or compressed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			found, got := seen(t, c.data, c.b)
			if why := fmt.Sprint(got.Cut, got.Shut); !strings.Contains(why, c.want) {
				t.Errorf("%q, not %q", why, c.want)
			}
			for path := range found {
				if strings.Contains(path, "..") || strings.ContainsRune(path, 0x1b) || strings.Contains(path, "link") || strings.Contains(path, "hard") {
					t.Errorf("a path leads out, or a link was followed: %q", path)
				}
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	x := uint64(88172645463325252)
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x >> 32)
	}
	return b
}

// TestDamagedSystems: whatever is changed in a file system, the search ends.
func TestDamagedSystems(t *testing.T) {
	t.Parallel()
	for _, whole := range [][]byte{squashOf(t, little, "gzip"), extOf(t, little, "ext4")} {
		for i := range 150 {
			b := bytes.Clone(whole)
			noise := random(150*4 + 16)
			for k := range 4 {
				at := int(noise[i*4+k])*len(b)/256 + int(noise[i*4+(k+1)%4])
				b[at%len(b)] ^= noise[i*4+(k+2)%4] | 1
			}
			began := time.Now()
			seen(t, b, Bounds{Files: 1000, Time: 5 * time.Second, Bytes: 64 << 20, File: 16 << 20})
			if took := time.Since(began); took > 8*time.Second {
				t.Errorf("damage %d took %v", i, took)
			}
		}
	}
}

func FuzzWalk(f *testing.F) {
	for _, b := range [][]byte{tarOf(f, little), gz(f, []byte("x")), zipOf(f, little), cpioOf(f, little), imageOf([]byte("x")), sparseOf([]byte("x")), fitOf([]byte("x"), true)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		Search(t.Context(), "image", data, Options{Bounds: Bounds{Files: 200, File: 1 << 20, Bytes: 4 << 20, Time: 5 * time.Second}})
	})
}
