// Before anything is drawn: the chosen colours and language, so that nothing flashes. A file of its own, because the
// content security policy allows no inline script.
(function () {
  var root = document.documentElement;
  var scheme = null;
  var language = null;
  try {
    scheme = localStorage.getItem('headset.colours');
    language = localStorage.getItem('headset.language');
  } catch (_) {}
  if (scheme !== 'light' && scheme !== 'dark') {
    scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
  root.setAttribute('data-mantine-color-scheme', scheme);
  if (language !== 'ru' && language !== 'en') {
    language = (navigator.language || 'en').toLowerCase().indexOf('ru') === 0 ? 'ru' : 'en';
  }
  root.lang = language;
})();
