package tables

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// maxCell is what a cell of a workbook holds at most, in units of UTF-16.
const maxCell = 32767

// WriteXLSX writes a workbook. All cells are texts: nothing in it is computed.
func WriteXLSX(to io.Writer, sheets []Sheet) error {
	f := excelize.NewFile()
	defer f.Close()
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "top"}})
	if err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	body, err := f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}) // 49: text
	if err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	for i, s := range sheets {
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.Name)
		} else {
			_, err = f.NewSheet(s.Name)
		}
		if err == nil {
			err = fill(f, s, head, body)
		}
		if err != nil {
			return fmt.Errorf("write sheet %s: %w", s.Name, err)
		}
	}
	if err := f.Write(to); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return nil
}

// fill writes the cells of a sheet; its first row stays in view.
func fill(f *excelize.File, s Sheet, head, body int) error {
	for i, row := range s.Rows {
		style := body
		if i == 0 {
			style = head
		}
		for j, cell := range row {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if n := len(utf16.Encode([]rune(cell))); n > maxCell {
				return fmt.Errorf("cell %s has %d characters, and a cell holds %d\n  use --csv", at, n, maxCell)
			}
			if cell != "" {
				if err := f.SetCellStr(s.Name, at, cell); err != nil {
					return err
				}
			}
			if err := f.SetCellStyle(s.Name, at, at, style); err != nil {
				return err
			}
		}
	}
	if err := f.SetColWidth(s.Name, "A", letters(max(1, len(s.Rows[0]))), 32); err != nil {
		return err
	}
	return f.SetPanes(s.Name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// ReadXLSX reads all sheets of a workbook. Of a formula its last value is read.
func ReadXLSX(path string) (out []Sheet, err error) {
	b, err := slurp(path)
	if err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: 4 * maxFile, UnzipXMLSizeLimit: 4 * maxFile})
	if err != nil {
		return nil, fmt.Errorf("read workbook %s: %w", path, err)
	}
	defer f.Close()
	for _, name := range f.GetSheetList() {
		rows, err := rowsOf(f, name)
		if err != nil {
			return nil, fmt.Errorf("read workbook %s: sheet %s: %w", path, name, err)
		}
		out = append(out, Sheet{name, rows})
	}
	return out, nil
}

// Bounds of a sheet: a cell far out makes every place before it.
const (
	maxRows    = 10_000
	maxColumns = 256
)

func rowsOf(f *excelize.File, name string) (out [][]string, err error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		if len(cells) > maxColumns || len(out) == maxRows {
			return nil, fmt.Errorf("it has cells beyond row %d or column %s", maxRows, letters(maxColumns))
		}
		out = append(out, cells)
	}
	return out, rows.Error()
}
