package op

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"zafe/app/auth"
)

// Mask empties the fields of *v that the actor of the running call may not see. The pipeline does it to every
// answer; what writes a file does it to each record on its way there.
func Mask[V any](ctx context.Context, v *V) { mask(reflect.ValueOf(v).Elem(), Actor(ctx).Hides) }

// KeepHidden puts the stored fields that the actor of the running call may not see into a record about to
// replace the stored one: who was not shown a telephone cannot erase it by saving the rest.
func KeepHidden[V any](ctx context.Context, v *V, stored V) {
	keepHidden(reflect.ValueOf(v).Elem(), reflect.ValueOf(&stored).Elem(), Actor(ctx).Hides)
}

// masked is an answer without what its reader may not see.
func masked(ctx context.Context, answer any) any {
	v := reflect.New(reflect.TypeOf(answer)).Elem()
	v.Set(reflect.ValueOf(answer))
	mask(v, Actor(ctx).Hides)
	return v.Interface()
}

// maskedJSON is masked for an answer that was kept: its reader may have seen more when it was made.
func maskedJSON(ctx context.Context, answer []byte, t reflect.Type) (any, error) {
	v := reflect.New(t)
	if err := json.Unmarshal(answer, v.Interface()); err != nil {
		return nil, fmt.Errorf("op: kept answer: %w", err)
	}
	mask(v.Elem(), Actor(ctx).Hides)
	return v.Elem().Interface(), nil
}

func mask(v reflect.Value, hides func(auth.Class) bool) {
	switch v.Kind() { //nolint:exhaustive // the others hold no fields
	case reflect.Pointer:
		if !v.IsNil() {
			mask(v.Elem(), hides)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 { // a picture, byte by byte
			return
		}
		for i := range v.Len() {
			mask(v.Index(i), hides)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch class := auth.Class(f.Tag.Get("class")); {
			case !f.IsExported():
			case class != "" && hides(class):
				v.Field(i).SetZero()
			default:
				mask(v.Field(i), hides)
			}
		}
	}
}

// keepHidden goes through structs in structs: what is in a list is replaced as a whole, or has a class as a
// whole.
func keepHidden(v, stored reflect.Value, hides func(auth.Class) bool) {
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch class := auth.Class(f.Tag.Get("class")); {
		case !f.IsExported():
		case class != "" && hides(class):
			v.Field(i).Set(stored.Field(i))
		default:
			keepHidden(v.Field(i), stored.Field(i), hides)
		}
	}
}

// classed tells whether a type has fields of a class. One that nobody can hold the right of, and one in a
// map, which mask does not reach, are a programmer's errors and panic at start-up.
func classed(t reflect.Type, seen map[reflect.Type]bool) (found bool) {
	switch t.Kind() { //nolint:exhaustive // the others hold no fields
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return classed(t.Elem(), seen)
	case reflect.Map:
		if classed(t.Elem(), seen) {
			panic("op: fields of a class in a map: " + t.String())
		}
	case reflect.Struct:
		if seen[t] {
			return false
		}
		seen[t] = true
		for f := range t.Fields() {
			if class := auth.Class(f.Tag.Get("class")); class != "" {
				if !class.Right().Known() {
					panic("op: unknown class " + string(class) + " in " + t.String())
				}
				found = true
			}
			found = classed(f.Type, seen) || found
		}
	}
	return found
}
