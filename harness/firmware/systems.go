package firmware

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/diskfs/go-diskfs/backend"
	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/filesystem"
	"github.com/diskfs/go-diskfs/filesystem/squashfs"
)

// squashHeader knows a superblock of version 4 whose numbers are those of a real image.
func squashHeader(b []byte) bool {
	if len(b) < 96 {
		return false
	}
	le := binary.LittleEndian
	block, used := le.Uint32(b[12:]), le.Uint64(b[40:])
	return le.Uint16(b[28:]) == 4 && block >= 4096 && block <= 1<<20 && block&(block-1) == 0 && used >= 96 &&
		uint64(le.Uint32(b[4:])) <= used && uint64(le.Uint32(b[16:])) <= used && le.Uint16(b[20:]) >= 1 && le.Uint16(b[20:]) <= 6
}

func readSquash(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	used := binary.LittleEndian.Uint64(data[40:])
	if used > uint64(len(data)) {
		return 0, fmt.Errorf("it says %d bytes where %d are left: %w", used, len(data), errLoss)
	}
	if kind := binary.LittleEndian.Uint16(data[20:]); kind == 5 {
		return 0, errors.New("it is compressed by LZ4, which is not read here; unpack it and give its files as a tar archive")
	}
	s, err := squashfs.Read(inMemory(data[:used]), int64(used), 0, int64(binary.LittleEndian.Uint32(data[12:])))
	if err != nil {
		return 0, err
	}
	return int(used), tree(r, s, emit)
}

const (
	deepest = 40      // folders
	entries = 200_000 // of folders, in one file system
)

// tree reads the regular files of a file system. A folder that leads back to itself ends at the depth.
func tree(r reading, in filesystem.FileSystem, emit func(string, []byte) error) (lost error) {
	seen := 0
	var folder func(at string, depth int) error
	folder = func(at string, depth int) error {
		list, err := in.ReadDir(at)
		if err != nil {
			lost = fmt.Errorf("%.60q: %w", at, err)
			return nil
		}
		for _, e := range list {
			if seen++; seen > entries || r.ctx.Err() != nil {
				return errBound
			}
			name := path.Join(at, e.Name())
			info, err := e.Info()
			switch {
			case e.Name() == "." || e.Name() == ".." || e.Name() == "":
			case e.IsDir() && depth >= deepest:
				lost = fmt.Errorf("%.60q: it lies %d folders deep", name, depth)
			case e.IsDir():
				if err := folder(name, depth+1); err != nil {
					return err
				}
			case err != nil:
				lost = fmt.Errorf("%.60q: %w", name, err)
			case info.Mode().IsRegular():
				b, err := content(r, in, name, info.Size())
				if err != nil {
					lost = fmt.Errorf("%.60q: %w", name, err)
				}
				if err := emit(name, b); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := folder(".", 0); err != nil {
		return err
	}
	return lost
}

func content(r reading, in filesystem.FileSystem, name string, size int64) ([]byte, error) {
	if size > r.most {
		return nil, fmt.Errorf("%w: %d bytes", errBound, size)
	}
	f, err := in.OpenFile(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return r.all(f)
}

// inMemory is an image as the library of file systems wants it.
func inMemory(data []byte) backend.Storage {
	return file.New(memory{bytes.NewReader(data), int64(len(data))}, true)
}

type memory struct {
	*bytes.Reader
	size int64
}

func (m memory) Stat() (fs.FileInfo, error) { return m, nil }
func (m memory) Close() error               { return nil }
func (m memory) Name() string               { return "image" }
func (m memory) Mode() fs.FileMode          { return 0o400 }
func (m memory) ModTime() time.Time         { return time.Time{} }
func (m memory) IsDir() bool                { return false }
func (m memory) Sys() any                   { return nil }
func (m memory) Size() int64                { return m.size }

// imageHeader knows the header of a U-Boot image by its own checksum's place: a size and known numbers.
func imageHeader(b []byte) bool { return len(b) >= 64 && b[31] <= 16 && b[29] <= 40 }

// unImage takes the header of a U-Boot image off.
func unImage(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	size := int(binary.BigEndian.Uint32(data[12:]))
	end := min(64+size, len(data))
	err := emit(string(bytes.TrimRight(data[32:64], "\x00")), data[64:end])
	if err == nil && 64+size > len(data) {
		err = errLoss
	}
	return end, err
}

// unSparse writes an Android sparse image out.
func unSparse(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	le := binary.LittleEndian
	if len(data) < 28 || le.Uint16(data[4:]) != 1 || le.Uint16(data[8:]) < 28 || le.Uint16(data[10:]) < 12 {
		return 0, errLoss
	}
	block, chunks := int64(le.Uint32(data[12:])), le.Uint32(data[20:])
	if total := block * int64(le.Uint32(data[16:])); total > r.most || block == 0 || block%4 != 0 {
		return 0, fmt.Errorf("%w: %d bytes", errBound, total)
	}
	header, per := int(le.Uint16(data[8:])), int(le.Uint16(data[10:]))
	if header > len(data) {
		return 0, errLoss
	}
	var out []byte
	in := bytes.NewReader(data[header:])
	for range chunks {
		h := make([]byte, per)
		if _, err := io.ReadFull(in, h); err != nil {
			return 0, errLoss
		}
		size, rest := block*int64(le.Uint32(h[4:])), int64(le.Uint32(h[8:]))-int64(per)
		if int64(len(out))+size > r.most || rest < 0 || rest > int64(in.Len()) {
			return 0, fmt.Errorf("%w in a chunk", errBound)
		}
		body := make([]byte, rest)
		if _, err := io.ReadFull(in, body); err != nil {
			return 0, errLoss
		}
		switch le.Uint16(h) {
		case 0xcac1:
			if rest != size {
				return 0, errLoss
			}
			out = append(out, body...)
		case 0xcac2:
			if rest != 4 {
				return 0, errLoss
			}
			out = append(out, bytes.Repeat(body, int(size/4))...)
		case 0xcac3:
			out = append(out, make([]byte, size)...)
		}
	}
	return len(data) - in.Len(), emit("content", out)
}
