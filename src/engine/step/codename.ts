// Colours, materials, weather and time of day with things and landscape. No word may describe a
// person, or stand for skin, body, temper, gender or worth: a codename is said aloud.
const ADJECTIVES = words(`
  alpine amber aqua arctic aspen autumnal azure balsam bamboo barley basalt beige birch
  boreal braided brass bronze burnished cedar celadon cerulean checkered chrome
  citrine clouded coastal cobalt copper coral corduroy cork cotton crimson crystalline cyan
  damask dappled dewy dotted eastern emerald enamel equatorial evening
  evergreen fallow felted fern foggy folded fringed frosted garnet gilded glacial glassy
  glazed golden granite grassy gravel hemp highland indigo inland inlaid iridescent jasper
  juniper knitted lacquered lapis larch lavender leafy lilac limestone linen lowland lunar magenta
  mahogany malachite maple marbled maritime mauve meadow midnight mint misty moonlit morning mossy
  mulberry nautical nocturnal northern oaken ochre onyx opaline orchid painted paper patterned
  pebbled periwinkle pewter pine plaid polar porcelain printed quartz quilted rainy reedy
  ribbed rippled riverine russet saffron sandy sapphire seaside sepia shaded silken silver
  slate snowy solar southern speckled spiral starlit striped sunlit tartan teal terracotta tidal
  tiled topaz turquoise twilight upland vaulted velvet verdant vermilion walnut waxed western
  wicker willow windy wintry wooden woollen woven
`);

const NOUNS = words(`
  acorn alcove almanac anchor anvil arbour arcade atlas atrium attic awning balcony barometer basin
  basket bay beacon bell bench boardwalk bobbin bookshelf boulder bowl breeze bridge brook bucket
  buoy cabin cairn canal candle canoe canopy canyon cape carousel cascade causeway cellar channel
  chapter cliff cloister cloud coast colonnade compass corridor cottage courtyard cove creek crystal
  cupboard curtain delta desk doorway drawer dune easel eaves estuary feather fence ferry fjord
  footbridge footpath forest fountain gable gallery garden gate gazebo glacier glade globe grove
  gully hamlet hammock harbour hearth hedge hill hourglass inlet island jetty kayak kettle key
  kiosk kite ladder lagoon lake lamp landing lantern lattice ledger lighthouse locket loft loom
  map marina marsh mast meadow mill moor mosaic notebook oasis orchard paddle parasol path pavilion
  pebble pendulum pergola pier plateau pond porch postcard prairie quay quilt raft railing
  reef reservoir ribbon ridge river roof rope rotunda rudder sail satchel savanna shelf shore
  signpost spindle spire spool spring stairway steppe stream sundial table tapestry teapot telescope
  terrace thicket thimble tower trail trellis tunnel umbrella valley veranda viaduct village
  waterfall weir wharf windmill window workshop
`);

/**
 * A name to speak of a case by, such as `amber-lantern`. It carries no information; the caller
 * draws again when an open case bears it. `random` gives numbers from 0 to below 1, as Math.random;
 * throws a RangeError when it does not.
 */
export function codename(random: () => number): string {
  return `${pick(ADJECTIVES, random())}-${pick(NOUNS, random())}`;
}

function pick(list: readonly string[], fraction: number): string {
  const index = Math.floor(fraction * list.length);
  const word = list[index];
  if (word === undefined) throw new RangeError('random() must give a number from 0 to below 1');
  return word;
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
