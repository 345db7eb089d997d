package firmware

import (
	"encoding/binary"
	"fmt"
	"path"
)

// extHeader knows a superblock of ext2 to ext4.
func extHeader(b []byte) bool {
	if len(b) < 2048 {
		return false
	}
	le, s := binary.LittleEndian, b[1024:]
	return le.Uint32(s[24:]) <= 6 && le.Uint32(s) > 0 && le.Uint32(s[4:]) > 0 && le.Uint32(s[76:]) <= 1 &&
		uint64(le.Uint32(s[4:]))<<(10+le.Uint32(s[24:])) <= 1<<40 && le.Uint32(s[32:]) > 0 && le.Uint32(s[40:]) > 0
}

// An ext is a file system of the ext family, read as its documentation in the Linux kernel describes it
// (filesystems/ext4): a block map of pointers, or a tree of extents, behind each inode. It is in memory, so that a pointer
// that leads out of it is an error, and what leads back to itself ends at a bound.
type ext struct {
	r         reading
	data      []byte
	block     int // bytes
	inodeSize int
	perGroup  uint32 // inodes
	first     int    // block of the superblock
	descSize  int
	seen      int // entries of folders
	lost      error
}

// Features that change how the rest is to be read, and are not known here.
const (
	extCompressed, extJournal, extMeta, ext64, extEncrypted = 0x1, 0x8, 0x10, 0x80, 0x10000
	inodeExtents, inodeInline, inodeEncrypted               = 0x80000, 0x10000000, 0x800
)

func unExt(r reading, data []byte, emit func(string, []byte) error) (int, error) {
	le, s := binary.LittleEndian, data[1024:2048]
	e := &ext{r: r, block: 1 << (10 + le.Uint32(s[24:])), inodeSize: 128, perGroup: le.Uint32(s[40:]), first: int(le.Uint32(s[20:])), descSize: 32}
	size, features := int64(le.Uint32(s[4:]))*int64(e.block), le.Uint32(s[96:])
	switch {
	case size > int64(len(data)):
		return 0, fmt.Errorf("it says %d bytes where %d are left: %w", size, len(data), errLoss)
	case features&(extCompressed|extJournal|extMeta) != 0:
		return 0, fmt.Errorf("it has features that are not read here (%#x); unpack it and give its files as a tar archive", features)
	}
	e.data = data[:size]
	if le.Uint32(s[76:]) == 1 {
		e.inodeSize = int(le.Uint16(s[88:]))
	}
	if features&ext64 != 0 {
		e.descSize = int(le.Uint16(s[254:]))
	}
	if e.inodeSize < 128 || e.descSize < 32 {
		return 0, errLoss
	}
	if err := e.folder("", 2, 0, emit); err != nil {
		return 0, err
	}
	return int(size), e.lost
}

// at are n bytes of the image.
func (e *ext) at(from int64, n int) ([]byte, error) {
	if from < 0 || n < 0 || from > int64(len(e.data))-int64(n) {
		return nil, errLoss
	}
	return e.data[from : from+int64(n)], nil
}

// inode finds one by its number.
func (e *ext) inode(number uint32) ([]byte, error) {
	if number == 0 {
		return nil, errLoss
	}
	group, index := int64(number-1)/int64(e.perGroup), int64(number-1)%int64(e.perGroup)
	d, err := e.at(int64(e.first+1)*int64(e.block)+group*int64(e.descSize), e.descSize)
	if err != nil {
		return nil, err
	}
	table := int64(binary.LittleEndian.Uint32(d[8:]))
	if e.descSize >= 64 {
		table |= int64(binary.LittleEndian.Uint32(d[40:])) << 32
	}
	if table > int64(len(e.data)/e.block) {
		return nil, errLoss
	}
	return e.at(table*int64(e.block)+index*int64(e.inodeSize), e.inodeSize)
}

// content is what an inode holds, with zeros where nothing is written.
func (e *ext) content(i []byte) ([]byte, error) {
	le := binary.LittleEndian
	flags, size := le.Uint32(i[32:]), int64(le.Uint32(i[4:]))|int64(le.Uint32(i[108:]))<<32
	switch {
	case flags&inodeEncrypted != 0:
		return nil, fmt.Errorf("it is encrypted")
	case size < 0 || size > max(0, e.r.most) || size > 4*int64(len(e.data))+1<<20:
		return nil, fmt.Errorf("%w: %d bytes", errBound, size)
	case flags&inodeInline != 0 && size <= 60:
		return i[40 : 40+size], nil
	case flags&inodeInline != 0:
		return nil, fmt.Errorf("%d bytes lie in its inode, which is not read here", size)
	}
	out := make([]byte, size)
	if flags&inodeExtents != 0 {
		return out, e.extents(i[40:100], out, 0)
	}
	at := 0
	for n := range 15 {
		if err := e.pointer(int64(le.Uint32(i[40+4*n:])), max(0, n-11), out, &at); err != nil {
			return out, err
		}
	}
	return out, nil
}

// put copies a block to its place in out.
func (e *ext) put(out []byte, block int, from int64) error {
	at := block * e.block
	if at < 0 || at >= len(out) {
		return nil // beyond its end
	}
	b, err := e.at(from*int64(e.block), e.block)
	if err == nil {
		copy(out[at:], b)
	}
	return err
}

// pointer follows a pointer of the old block map, depth pointers deep; at is the block that comes next. 0 is a hole.
func (e *ext) pointer(to int64, depth int, out []byte, at *int) error {
	per := e.block / 4
	if *at*e.block >= len(out) {
		return nil
	}
	if to == 0 {
		n := 1
		for range depth {
			n *= per
		}
		*at += n
		return nil
	}
	if depth == 0 {
		*at++
		return e.put(out, *at-1, to)
	}
	b, err := e.at(to*int64(e.block), e.block)
	if err != nil {
		return err
	}
	for n := 0; n < per && *at*e.block < len(out); n++ {
		if err := e.pointer(int64(binary.LittleEndian.Uint32(b[4*n:])), depth-1, out, at); err != nil {
			return err
		}
	}
	return e.r.ctx.Err()
}

// extents follows a tree of extents from one of its nodes.
func (e *ext) extents(node, out []byte, depth int) error {
	le := binary.LittleEndian
	if len(node) < 12 || le.Uint16(node) != 0xf30a || depth > 5 || e.r.ctx.Err() != nil {
		return errLoss
	}
	n, leaf := int(le.Uint16(node[2:])), le.Uint16(node[6:]) == 0
	if 12+12*n > len(node) {
		return errLoss
	}
	for k := range n {
		x := node[12+12*k:][:12]
		if !leaf {
			b, err := e.at((int64(le.Uint32(x[4:]))|int64(le.Uint16(x[8:]))<<32)*int64(e.block), e.block)
			if err != nil {
				return err
			}
			if err := e.extents(b, out, depth+1); err != nil {
				return err
			}
			continue
		}
		first, length := int(le.Uint32(x)), int(le.Uint16(x[4:]))
		if length > 32768 { // reserved and not written
			continue
		}
		start := int64(le.Uint32(x[8:])) | int64(le.Uint16(x[6:]))<<32
		for j := 0; j < length && (first+j)*e.block < len(out); j++ {
			if err := e.put(out, first+j, start+int64(j)); err != nil {
				return err
			}
		}
	}
	return nil
}

// folder reads the regular files of a folder and of those in it. A folder that leads back to itself ends at the depth.
func (e *ext) folder(name string, number uint32, depth int, emit func(string, []byte) error) error {
	i, err := e.inode(number)
	var list []byte
	if err == nil {
		list, err = e.content(i)
	}
	if err != nil {
		if depth == 0 {
			return err
		}
		e.lost = fmt.Errorf("%.60q: %w", name, err)
	}
	le := binary.LittleEndian
	for len(list) >= 8 {
		to, long, n := le.Uint32(list), int(le.Uint16(list[4:])), int(list[6])
		if long < 8 || long > len(list) || 8+n > long {
			e.lost = fmt.Errorf("%.60q: %w", name, errLoss)
			return nil
		}
		entry := string(list[8 : 8+n])
		list = list[long:]
		if to == 0 || entry == "." || entry == ".." || entry == "" {
			continue
		}
		if e.seen++; e.seen > entries || e.r.ctx.Err() != nil {
			return errBound
		}
		if err := e.entry(path.Join(name, entry), to, depth, emit); err != nil {
			return err
		}
	}
	return nil
}

// entry reads what an entry of a folder names.
func (e *ext) entry(name string, number uint32, depth int, emit func(string, []byte) error) error {
	i, err := e.inode(number)
	if err != nil {
		e.lost = fmt.Errorf("%.60q: %w", name, err)
		return nil
	}
	switch binary.LittleEndian.Uint16(i) & 0xf000 {
	case 0x4000:
		if depth >= deepest {
			e.lost = fmt.Errorf("%.60q: it lies %d folders deep", name, depth)
			return nil
		}
		return e.folder(name, number, depth+1, emit)
	case 0x8000:
		b, err := e.content(i)
		if err != nil {
			e.lost = fmt.Errorf("%.60q: %w", name, err)
		}
		return emit(name, b)
	}
	return nil // links, devices and pipes hold nothing
}
