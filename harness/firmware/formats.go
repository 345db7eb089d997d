package firmware

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/cavaliergopher/cpio"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// A format is a kind of archive, file system or wrapper.
type format struct {
	name   string
	magic  string
	at     int               // where the magic stands from the beginning
	sure   bool              // the magic is no accident
	whole  bool              // as the first thing of a file it is all of it
	begins func([]byte) bool // a closer look, where the magic is short
	read   reader
}

var formats []format

func init() { // the readers open what they find, by this list
	formats = []format{
		{"gzip", "\x1f\x8b\x08", 0, false, true, func(b []byte) bool { return len(b) > 18 && b[3]&0xe0 == 0 && (b[9] < 14 || b[9] == 255) }, unGzip},
		{"bzip2", "BZh", 0, false, true, func(b []byte) bool { return len(b) > 10 && string(b[4:10]) == "1AY&SY" }, unBzip2},
		{"xz", "\xfd7zXZ\x00", 0, true, true, nil, unXZ},
		{"lzma", "\x5d\x00\x00", 0, false, true, lzmaHeader, unLZMA},
		{"zstd", "\x28\xb5\x2f\xfd", 0, false, true, nil, unZstd},
		{"lz4", "\x04\x22\x4d\x18", 0, false, true, nil, unLZ4},
		{"zip", "PK\x03\x04", 0, true, true, nil, unZip},
		{"tar", "ustar", 257, true, true, nil, unTar},
		{"cpio", "070701", 0, false, true, hexHeader, unCpio},
		{"cpio", "070702", 0, false, true, hexHeader, unCpio},
		{"squashfs", "hsqs", 0, true, false, squashHeader, squash},
		{"ext2, 3 or 4", "\x53\xef", 1080, false, false, extHeader, unExt},
		{"u-boot image", "\x27\x05\x19\x56", 0, true, false, imageHeader, unImage},
		{"device tree", "\xd0\x0d\xfe\xed", 0, false, false, treeHeader, unTree},
		{"android sparse", "\x3a\xff\x26\xed", 0, true, true, nil, unSparse},
		// known, and not opened
		{"ubi", "UBI#\x01\x00\x00\x00", 0, true, false, nil, notRead("UBI")},
		{"ubifs", "\x31\x18\x10\x06", 0, true, true, nil, notRead("UBIFS")},
		{"jffs2", "\x85\x19", 0, true, true, nodeHeader(binary.LittleEndian), notRead("JFFS2")},
		{"jffs2", "\x19\x85", 0, true, true, nodeHeader(binary.BigEndian), notRead("JFFS2")},
		{"cramfs", "\x45\x3d\xcd\x28", 0, true, true, nil, notRead("CramFS")},
		{"7z", "7z\xbc\xaf\x27\x1c", 0, true, true, nil, notRead("7-Zip")},
		{"erofs", "\xe2\xe1\xf5\xe0", 1024, true, true, nil, notRead("EROFS")},
		{"luks", "LUKS\xba\xbe", 0, true, true, nil, notRead("encrypted (LUKS)")},
		{"openssl", "Salted__", 0, true, true, nil, notRead("encrypted (openssl enc)")},
	}
}

// nodeHeader knows the first node of a JFFS2: an entry, an inode or a clean marker, whose header has its sum (include/uapi/linux/jffs2.h of Linux).
func nodeHeader(order binary.ByteOrder) func([]byte) bool {
	return func(b []byte) bool {
		if len(b) < 12 {
			return false
		}
		kind := order.Uint16(b[2:])
		return (kind == 0xe001 || kind == 0xe002 || kind == 0x2003) && order.Uint32(b[8:]) == ^crc32.Update(math.MaxUint32, crc32.IEEETable, b[:8])
	}
}

func notRead(what string) func(reading, []byte, func(string, []byte) error) (int, error) {
	return func(reading, []byte, func(string, []byte) error) (int, error) {
		return 0, fmt.Errorf("%s is not opened here; unpack it and give its files as a tar archive", what)
	}
}

// next finds the next thing of a known format from at on.
func next(data []byte, at int) (found format, from int, ok bool) {
	from = math.MaxInt
	for _, f := range formats {
		for start := at + f.at; start < len(data); {
			i := bytes.Index(data[start:], []byte(f.magic))
			if i < 0 || start+i-f.at >= from {
				break
			}
			b := start + i - f.at
			if f.begins == nil || f.begins(data[b:]) {
				found, from, ok = f, b, true
				break
			}
			start += i + 1
		}
	}
	return found, from, ok
}

// stream reads one compressed stream; its content has no name of its own.
func stream(r reading, in *bytes.Reader, from io.Reader, emit func(string, []byte) error) (int, error) {
	size := in.Len()
	b, err := r.all(from)
	used := size - in.Len()
	if len(b) == 0 {
		if err == nil {
			err = errLoss
		}
		return used, err
	}
	if e := emit("content", b); e != nil {
		return used, e
	}
	return used, err
}

func unGzip(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	in := bytes.NewReader(data)
	z, err := gzip.NewReader(in)
	if err != nil {
		return 0, err
	}
	return stream(r, in, &members{in, z}, emit)
}

// members reads gzip members that follow one another as one stream; what follows the last is left.
type members struct {
	in *bytes.Reader
	z  *gzip.Reader
}

func (m *members) Read(p []byte) (int, error) {
	m.z.Multistream(false)
	n, err := m.z.Read(p)
	if err != io.EOF || m.in.Len() < 18 {
		return n, err
	}
	var h [10]byte
	if _, err := m.in.ReadAt(h[:], m.in.Size()-int64(m.in.Len())); err != nil || !bytes.HasPrefix(h[:], []byte("\x1f\x8b\x08")) || m.z.Reset(m.in) != nil {
		return n, io.EOF
	}
	return n, nil
}

func unBzip2(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	in := bytes.NewReader(data)
	return stream(r, in, bzip2.NewReader(in), emit)
}

func unXZ(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	in := bytes.NewReader(data)
	z, err := xz.ReaderConfig{DictCap: dictionary, SingleStream: true}.NewReader(in)
	if err != nil {
		return 0, err
	}
	return stream(r, in, z, emit)
}

// dictionary is the largest window that a compressed stream gets.
const dictionary = 64 << 20

// lzmaHeader knows the old LZMA header: properties 5d, a window that is a power of two, a length that is unknown or not absurd.
func lzmaHeader(b []byte) bool {
	if len(b) < 32 {
		return false
	}
	window, size := binary.LittleEndian.Uint32(b[1:]), binary.LittleEndian.Uint64(b[5:])
	return window >= 1<<16 && window <= dictionary && window&(window-1) == 0 && (size == math.MaxUint64 || size > 0 && size < 1<<31) && b[13] == 0
}

func unLZMA(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	in := bytes.NewReader(data)
	z, err := lzma.ReaderConfig{DictCap: dictionary}.NewReader(in)
	if err != nil {
		return 0, err
	}
	return stream(r, in, z, emit)
}

func unZstd(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	in := bytes.NewReader(data)
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(dictionary), zstd.WithDecoderMaxMemory(dictionary*4))
	if err != nil {
		return 0, err
	}
	defer z.Close()
	return stream(r, in, z, emit)
}

func unLZ4(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	in := bytes.NewReader(data)
	return stream(r, in, lz4.NewReader(in), emit)
}

func unZip(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && err != zip.ErrInsecurePath {
		return 0, err
	}
	var lost error
	for _, f := range z.File {
		if !f.Mode().IsRegular() {
			continue
		}
		from, err := f.Open()
		if err != nil {
			lost = fmt.Errorf("%.60q: %w", f.Name, err)
			continue
		}
		b, err := r.all(from)
		from.Close()
		if err != nil {
			lost = fmt.Errorf("%.60q: %w", f.Name, err)
		}
		if err := emit(f.Name, b); err != nil {
			return 0, err
		}
	}
	return 0, lost
}

func unTar(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	in := bytes.NewReader(data)
	t := tar.NewReader(in)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return len(data) - in.Len(), nil
		}
		if err != nil && err != tar.ErrInsecurePath {
			return len(data) - in.Len(), err
		}
		if h.Typeflag != tar.TypeReg {
			continue // links, devices and folders hold nothing
		}
		b, err := r.all(t)
		if e := emit(h.Name, b); e != nil {
			return 0, e
		}
		if err != nil {
			return len(data) - in.Len(), fmt.Errorf("%.60q: %w", h.Name, err)
		}
	}
}

// hexHeader knows the header of newc archives: 13 numbers of eight hex digits.
func hexHeader(b []byte) bool {
	if len(b) < 110 {
		return false
	}
	for _, c := range b[6:110] {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

func unCpio(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	in := bytes.NewReader(data)
	c := cpio.NewReader(in)
	for {
		h, err := c.Next()
		if err == io.EOF {
			return len(data) - in.Len(), nil
		}
		if err != nil {
			return len(data) - in.Len(), err
		}
		if !h.Mode.IsRegular() {
			continue
		}
		if h.Size < 0 || h.Size > int64(in.Len()) {
			return len(data) - in.Len(), fmt.Errorf("%.60q: %w", h.Name, errLoss)
		}
		b, err := r.all(c)
		if e := emit(h.Name, b); e != nil {
			return 0, e
		}
		if err != nil {
			return len(data) - in.Len(), fmt.Errorf("%.60q: %w", h.Name, err)
		}
	}
}

// entropy of bytes, in bits a byte.
func entropy(data []byte) (bits float64) {
	var count [256]float64
	for _, b := range data {
		count[b]++
	}
	for _, c := range count {
		if c > 0 {
			p := c / float64(len(data))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
